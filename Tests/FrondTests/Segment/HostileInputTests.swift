import Frond
import FrondTesting
import Testing

/// A record that someone made by hand, or a caller on the other side of a wire, must never stop the process.
@Suite("Records and arguments at the edges", .timeLimit(.minutes(5)))
struct HostileInputTests {
    private func record(_ change: (inout TagRecord) -> Void) throws -> TagRecord {
        var record = try TagSettings(step: 10, maxValue: 100, cycles: true).newRecord(
            try Frond.Tag("order"), nowMilliseconds: 0)
        change(&record)
        return record
    }

    @Test("a record that cannot be right is refused, not computed with")
    func implausibleRecords() throws {
        let records = [
            try record { $0.step = 0 },
            try record { $0.step = .max },
            try record { $0.startID = -5 },
            try record { ($0.startID, $0.maxID) = (.min, .min) },
            try record { ($0.cycle, $0.maxID) = (.max, 101) },
            try record { $0.cycle = -1 },
            try record { $0.maxValue = .max },
            try record { $0.maxID = 0 },
        ]
        for record in records {
            #expect(throws: FrondError.self) { try record.reserving(atLeast: 1, after: nil) }
        }
    }

    @Test("any floor and any count is answered")
    func extremes() throws {
        let record = try record { _ in }
        let floor = SegmentPosition(cycle: .max, next: .min)
        #expect(throws: FrondError.self) { try record.reserving(atLeast: SegmentDemand(needed: .max), after: floor) }
        let most = SegmentDemand(needed: 100, wanted: .max)
        #expect(try record.reserving(atLeast: most, after: nil).segment.count == 100)
        #expect(throws: FrondError.self) { try record.reserving(atLeast: SegmentDemand(needed: .max), after: nil) }
        #expect(
            try record.reserving(
                atLeast: SegmentDemand(needed: .min, wanted: .min), after: SegmentPosition(cycle: .min, next: .max)
            ).segment.count == 6)
    }

    @Test("a tail from below the tag's start is not taken back")
    func tailBelowStart() throws {
        let (segment, successor) = try record { _ in }.reserving(atLeast: nil, after: nil)
        var tail = segment
        tail.first = 0
        #expect(successor.takingBack(tail) == nil)
        tail.first = segment.first
        #expect(successor.takingBack(tail) != nil)
    }

    @Test("a count out of range is refused and uses nothing up", arguments: [0, -1, Int.min, Int.max, (1 << 24) + 1])
    func counts(count: Int) async throws {
        let store = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        _ = try await store.create(tag, TagSettings())
        let generator = SegmentGenerator(tag: tag, store: store)
        await #expect { try await generator.next(count: count) } throws: {
            ($0 as? FrondError)?.code == .invalidArgument
        }
        await #expect(throws: FrondError.self) { try await TimeOrderedUUIDGenerator().next(count: count) }
        #expect(try await generator.next() == 1)
    }

    @Test(
        "a store that reserves no range at all is refused, and nothing is issued from it",
        arguments: [(100, 100), (9, 3), (-5, 5)])
    func emptySegments(first: Int64, end: Int64) throws {
        var buffer = SegmentBuffer<Int>(tag: try Frond.Tag("order"), policy: SegmentPolicy())
        _ = buffer.claim(0..<1, for: 7, cursor: 1, now: .zero)
        let segment = Segment(first: first, end: end, step: 10, cycle: 0, version: 1)
        let effects = buffer.fetched(segment, cursor: 1, now: .zero)
        let outcome = try #require(effects.deliveries.first?.outcome)
        #expect(throws: FrondError.self) { try outcome.get() }
        #expect(buffer.window == .empty)
    }

    @Test("the largest step there is works")
    func largestStep() async throws {
        let store = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        _ = try await store.create(tag, TagSettings(step: TagRecord.largestStep))
        let generator = SegmentGenerator(
            tag: tag, store: store, policy: SegmentPolicy(prefetchFraction: 1, maxStep: TagRecord.largestStep))
        for id in 1...10 as ClosedRange<Int64> { #expect(try await generator.next() == id) }
    }
}
