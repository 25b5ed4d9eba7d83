import Frond
import FrondTesting
import Testing

@Suite("Periods", .timeLimit(.minutes(5)))
struct PeriodTests {
    @Test("a correction of the clock by up to a minute does not take it back; a greater one is followed")
    func steadyClock() {
        var clock = SteadyClock()
        #expect(clock.read(wallMilliseconds: 100_000) == 100_000)
        #expect(clock.read(wallMilliseconds: 40_000) == 100_000)
        #expect(clock.read(wallMilliseconds: 100_001) == 100_001)
        #expect(clock.read(wallMilliseconds: 40_000) == 40_000)
        #expect(clock.read(wallMilliseconds: .min) == .min)
        #expect(clock.read(wallMilliseconds: .max) == .max)
    }

    @Test("a period's record has a name that no user can give, and that a store reads back")
    func names() throws {
        let tag = try Frond.Tag("order")
        let period = try Frond.Tag(tag, period: "20261123")
        #expect(period.name == "order@20261123")
        #expect(period.periodTag == tag)
        #expect(tag.periodTag == nil)
        #expect(try Frond.Tag(stored: "order@20261123") == period)
        #expect(try Frond.Tag(stored: "order") == tag)
        #expect(throws: FrondError.self) { try Frond.Tag("order@20261123") }
        for name in ["order@", "@2026", "order@20261", "order@2026x123", "a@2026@2026", ""] {
            #expect(throws: FrondError.self, "\(name)") { try Frond.Tag(stored: name) }
        }
        let longest = try Frond.Tag(String(repeating: "a", count: Frond.Tag.longestWithPeriods))
        #expect(try Frond.Tag(longest, period: "20261123").name.utf8.count == Frond.Tag.maximumLength)
        let longer = try Frond.Tag(String(repeating: "a", count: Frond.Tag.longestWithPeriods + 1))
        #expect(throws: FrondError.self) { try Frond.Tag(longer, period: "2026") }
    }

    @Test("a period's record is made on first use from its tag's; one that went is not made anew beneath its numbers")
    func records() async throws {
        let base = InMemorySegmentStore()
        let store = StoreView(base, missingTags: .create)
        let tag = try Frond.Tag("order")
        let period = try Frond.Tag(tag, period: "20261123")
        await #expect(throws: FrondError.self, "no tag, no period") {
            try await store.reserve(period, atLeast: nil, after: nil)
        }
        _ = try await store.create(tag, TagSettings(step: 10, startID: 5, maxValue: 999))
        let segment = try await store.reserve(period, atLeast: nil, after: nil)
        #expect(segment.first == 5)
        #expect(segment.end == 15)
        #expect(try await base.tag(period)?.maxValue == 999)
        #expect(try await base.tag(tag)?.maxID == 5, "the tag's own numbers stay")
        base.remove(period)
        let floor = SegmentPosition(cycle: 0, next: 15)
        await #expect(throws: FrondError.self) { try await store.reserve(period, atLeast: nil, after: floor) }
    }

    @Test("a period that nobody asks for is over after some minutes")
    func ends() throws {
        var periods = PeriodsInUse()
        let tag = try Frond.Tag("order")
        let (old, new) = (try Frond.Tag(tag, period: "20261122"), try Frond.Tag(tag, period: "20261123"))
        periods.use(old, now: .zero)
        periods.use(new, now: .seconds(200))
        #expect(periods.takeUnused(now: .seconds(299)) == [])
        #expect(periods.takeUnused(now: .seconds(300)) == [old])
        #expect(periods.takeUnused(now: .seconds(300)) == [])
        #expect(periods.count == 1)
    }

    @Test("the record of the period that follows is made once for each in use")
    func next() throws {
        var periods = PeriodsInUse()
        let tag = try Frond.Tag("order")
        let (old, new) = (try Frond.Tag(tag, period: "20261122"), try Frond.Tag(tag, period: "20261123"))
        #expect(!periods.needs(new, after: old), "not in use")
        periods.use(old, now: .zero)
        #expect(!periods.needs(old, after: old))
        #expect(periods.needs(new, after: old))
        periods.noteNext(new, after: old)
        periods.use(old, now: .seconds(1))
        #expect(!periods.needs(new, after: old))
    }
}
