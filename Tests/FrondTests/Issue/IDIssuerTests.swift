import Frond
import FrondTesting
import Testing

@Suite("IDs as a tag's settings say", .timeLimit(.minutes(5)))
struct IDIssuerTests {
    let base = InMemorySegmentStore()
    let tag: Frond.Tag

    init() throws {
        tag = try Frond.Tag("order")
    }

    /// A server of its own on the store that all share.
    private func issuer(
        redis: CounterGenerators? = nil, key: ScrambleKey? = nil, time: any TimeSource = ManualTimeSource()
    ) -> IDIssuer {
        IDIssuer(
            segments: SegmentGenerators(store: StoreView(base, missingTags: .create, time: time), time: time),
            redis: redis,
            settings: IDIssuer.Settings(scrambleKey: key), time: time)
    }

    private func create(_ options: TagOptions, startID: Int64 = 1, maxValue: Int64 = TagRecord.largestValue)
        async throws
    {
        _ = try await base.create(tag, TagSettings(step: 10, startID: startID, maxValue: maxValue, options: options))
    }

    @Test("a tag without settings has decimals, by its segments, and is made on first use")
    func plain() async throws {
        let issuer = issuer()
        #expect(!issuer.isPlain(tag, by: .segment), "not before it was read")
        let ids = try await issuer.issue(tag, count: 3)
        #expect(ids.generator == .segment)
        #expect(ids.lines == ["1", "2", "3"])
        #expect(issuer.isPlain(tag, by: .segment))
    }

    @Test("a format writes the IDs of every route; a request's own format comes before it")
    func formats() async throws {
        try await create(TagOptions(format: try TextFormat("ORD-{number:6}"), onlyItsFormat: false))
        let issuer = issuer()
        #expect(try await issuer.issue(tag).lines == ["ORD-000001"])
        #expect(try await issuer.issue(tag, by: .segment).lines == ["ORD-000002"])
        #expect(try await issuer.issue(tag, format: try TextFormat("hex=16")).lines == ["0000000000000003"])
        #expect(!issuer.isPlain(tag, by: .segment))
        let error = await #expect(throws: FrondError.self) {
            try await issuer.issue(tag, count: 20, format: try TextFormat("decimal=1"))
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test("UUIDs and snowflake IDs of tags never read need no store; the settings of others stay known without it")
    func storeIsDown() async throws {
        let time = ManualTimeSource()
        let store = FaultInjectingSegmentStore(base, time: time)
        let snowflake = try SnowflakeGenerator(layout: .test, time: time)
        snowflake.install(.test(horizon: time.wallMilliseconds + 60_000))
        let issuer = IDIssuer(
            segments: SegmentGenerators(store: store, time: time), snowflake: snowflake, time: time)
        try await create(TagOptions(format: try TextFormat("N{number}")))
        _ = try await issuer.issue(tag, by: .segment)
        store.beginOutage()
        let unread = try Frond.Tag("unread")
        #expect(try await issuer.issue(unread, by: .uuid).lines.first?.count == 36)
        #expect(try await issuer.issue(unread, by: .snowflake).lines.allSatisfy { Int64($0) != nil })
        #expect(try await issuer.issue(tag, by: .snowflake).lines.allSatisfy { $0.hasPrefix("N") })
        await #expect(throws: FrondError.self) { try await issuer.issue(unread, by: .segment) }
    }

    @Test("tickets of a tag say that it is in use: another form is refused from then on")
    func tickets() async throws {
        try await create(TagOptions())
        let time = ManualTimeSource()
        let issuer = IDIssuer(
            segments: SegmentGenerators(store: base, time: time),
            tickets: CounterGenerators(store: InMemoryCounterStore(tags: [tag], time: time), time: time), time: time)
        #expect(try await issuer.issue(tag, by: .ticket).lines == ["1"])
        #expect(issuer.isPlain(tag, by: .ticket))
        await #expect(throws: FrondError.self) {
            try await base.change(tag, TagChange(options: TagOptions(format: TextFormat("hex"))))
        }
    }

    @Test("tickets are no IDs of a tag that says how its IDs are written: segments would be written the same")
    func ticketTexts() async throws {
        try await create(TagOptions(format: try TextFormat("T-{number}")))
        let time = ManualTimeSource()
        let issuer = IDIssuer(
            segments: SegmentGenerators(store: base, time: time),
            tickets: CounterGenerators(store: InMemoryCounterStore(tags: [tag], time: time), time: time), time: time)
        #expect(try await issuer.issue(tag).lines == ["T-1"])
        let error = await #expect(throws: FrondError.self) { try await issuer.issue(tag, by: .ticket) }
        #expect(error?.code == .generatorNotOfTag)
    }

    @Test("a scrambled record whose numbers end before they begin is an error, and no crash")
    func damagedRange() async throws {
        let key = try ScrambleKey(Array("a key of sixteen".utf8))
        var record = try TagSettings(options: TagOptions(scrambleKey: key.fingerprint)).newRecord(
            tag, nowMilliseconds: 0)
        record.startID = 5
        record.maxValue = 4
        let error = #expect(throws: FrondError.self) { try record.scramble(key) }
        #expect(error?.code == .storeCorrupt)
    }

    @Test("a tag that names its generators is served by no other")
    func routes() async throws {
        try await create(TagOptions(generators: [.segment, .uuid]))
        let issuer = issuer()
        let error = await #expect(throws: FrondError.self) { try await issuer.issue(tag, by: .snowflake) }
        #expect(error?.code == .generatorNotOfTag)
        #expect(error?.message.contains("segment, uuid") == true)
        #expect(try await issuer.issue(tag, by: .segment).lines == ["1"])
    }

    @Test("redis down: segments answer, and redis again when it is back, without a number twice")
    func fallsBack() async throws {
        try await create(TagOptions(generators: [.redis, .segment]))
        let time = ManualTimeSource()
        // Counts far from where the segments do, as a range of its own would.
        let counter = InMemoryCounterStore(tags: [tag], plan: .script([.errorBefore]), time: time)
        let issuer = issuer(redis: CounterGenerators(store: counter, time: time), time: time)
        #expect(try await issuer.issue(tag).generator == .segment)
        let draws = counter.draws
        #expect(try await issuer.issue(tag).generator == .segment, "known to be down: passed over")
        #expect(counter.draws == draws, "and not asked")
        time.advance(by: .seconds(3))
        // The first one has it looked at in the background.
        _ = try await issuer.issue(tag)
        try await waitUntil("redis answers again") { try await issuer.issue(tag).generator == .redis }
    }

    @Test("a scrambled tag is refused by a server with another key, or none")
    func keys() async throws {
        let key = try ScrambleKey(Array("a key of sixteen".utf8))
        try await create(TagOptions(scrambleKey: key.fingerprint), maxValue: 100)
        let ids = try await issuer(key: key).issue(tag, count: 5).lines.compactMap { Int64($0) }
        #expect(Set(ids).count == 5)
        #expect(ids.allSatisfy { (1...100).contains($0) })
        #expect(ids != [1, 2, 3, 4, 5])
        for key in [nil, try ScrambleKey(Array("another of sixteen".utf8))] {
            let error = await #expect(throws: FrondError.self) { try await issuer(key: key).issue(tag) }
            #expect(error?.message.contains("scrambleKey") == true)
        }
    }

    @Test("numbers begin again with each day, each in a sequence of its own, whichever server sees it first")
    func periods() async throws {
        try await create(TagOptions(format: try TextFormat("{date}-{number:3}"), period: TagPeriod(.day)))
        let day = Int64(1_700_006_400_000)  // 2023-11-15T00:00:00Z
        let ahead = ManualTimeSource(wallMilliseconds: day + 1000)
        let behind = ManualTimeSource(wallMilliseconds: day - 1000)
        let (one, other) = (issuer(time: ahead), issuer(time: behind))
        #expect(try await one.issue(tag).lines == ["20231115-001"])
        #expect(try await other.issue(tag).lines == ["20231114-001"])
        behind.advance(by: .seconds(2))
        let line = try await other.issue(tag).lines[0]
        #expect(
            line.hasPrefix("20231115-0") && line.hasSuffix("1") && line != "20231115-001", "\(line) of a later segment")
        // Its clock is set back by more than a correction: the old day goes on where it was.
        behind.jumpWall(by: .seconds(-120))
        #expect(try await other.issue(tag).lines == ["20231114-002"])
        let error = await #expect(throws: FrondError.self) { try await one.issue(tag, format: .decimal) }
        #expect(error?.code == .invalidArgument, "without the date it would come again tomorrow")
    }

    @Test("a period that is over is ended and its numbers given back; who comes back to it goes on")
    func endedPeriods() async throws {
        try await create(TagOptions(format: try TextFormat("{date}-{number}"), period: TagPeriod(.day)))
        let time = ManualTimeSource(wallMilliseconds: 1_700_006_399_000)
        let issuer = issuer(time: time)
        #expect(try await issuer.issue(tag).lines == ["20231114-1"])
        time.advance(by: .seconds(400))
        #expect(try await issuer.issue(tag).lines == ["20231115-1"])
        await issuer.keepPeriods()
        let old = try Frond.Tag(tag, period: "20231114")
        #expect(try await base.tag(old)?.maxID == 2, "the unused tail is given back")
        time.jumpWall(by: .seconds(-400))
        #expect(try await issuer.issue(tag).lines == ["20231114-2"])
    }

    @Test("the record of a period is made before it begins, so that its begin needs none that makes it")
    func nextPeriod() async throws {
        try await create(TagOptions(format: try TextFormat("{date}-{number}"), period: TagPeriod(.day)))
        let time = ManualTimeSource(wallMilliseconds: 1_700_006_400_000 - 3_700_000)
        let issuer = issuer(time: time)
        _ = try await issuer.issue(tag)
        await issuer.keepPeriods()
        let next = try Frond.Tag(tag, period: "20231115")
        #expect(try await base.tag(next) == nil, "it is more than an hour away")
        time.advance(by: .seconds(101))
        await issuer.keepPeriods()
        let record = try #require(try await base.tag(next))
        #expect(!record.isInUse)
        #expect(record.step == 10)
        await issuer.keepPeriods()
        time.advance(by: .seconds(3600))
        #expect(try await issuer.issue(tag).lines == ["20231115-1"])
    }

    @Test("a tag that is set while its first number is reserved: the number goes out in the new form")
    func setMeanwhile() async throws {
        try await create(TagOptions())
        let issuer = issuer()
        // The server has looked at the tag, and nobody has used it.
        _ = try await issuer.knowledge(of: tag)
        _ = try await base.change(tag, TagChange(options: TagOptions(format: try TextFormat("hex:4"))))
        #expect(try await issuer.issue(tag).lines == ["0002"], "the number of the old form is a gap")
    }

    @Test("a scrambled tag whose --max is changed while its first number is reserved is scrambled over the new range")
    func scrambledMeanwhile() async throws {
        let key = try ScrambleKey(Array("a key of sixteen".utf8))
        try await create(TagOptions(scrambleKey: key.fingerprint), maxValue: 1000)
        let early = issuer(key: key)
        _ = try await early.knowledge(of: tag)
        _ = try await base.change(tag, TagChange(maxValue: 200))
        var lines = try await early.issue(tag, count: 5).lines
        lines += try await issuer(key: key).issue(tag, count: 5).lines
        #expect(Set(lines).count == 10)
        #expect(lines.compactMap { Int64($0) }.allSatisfy { (1...200).contains($0) }, "\(lines)")
    }

    @Test("numbers of a tag do not reach where its snowflake IDs begin, though a row was edited by hand")
    func floor() async throws {
        try await create(TagOptions(generators: [.segment, .snowflake], snowflakeFloor: 100), maxValue: 99)
        guard var record = try await base.tag(tag) else {
            Issue.record("the tag is there")
            return
        }
        record.maxID = 100
        record.maxValue = 1000
        base.overwrite(record)
        let error = await #expect(throws: FrondError.self) { try await issuer().issue(tag) }
        #expect(error?.message.contains("not below 100") == true, "\(String(describing: error))")
    }

    @Test("what a tag is set to is seen within seconds, without a request that waits for it")
    func changes() async throws {
        try await create(TagOptions())
        let time = ManualTimeSource()
        let issuer = issuer(time: time)
        #expect(try await issuer.issue(tag).lines == ["1"])
        let version = issuer.version
        let change = TagChange(options: TagOptions(format: try TextFormat("N{number}")), allowRepeats: true)
        _ = try await base.change(tag, change)
        #expect(try await issuer.issue(tag).lines == ["2"])
        let refresher = Task { await issuer.run() }
        try await waitUntil("the change is seen") {
            time.advanceToNextSleeper()
            return issuer.version != version
        }
        #expect(try await issuer.issue(tag).lines == ["N3"])
        #expect(!issuer.isPlain(tag, by: .segment))
        refresher.cancel()
        await refresher.value
    }

    @Test("a tag that is retired is refused by a server that has numbers of it in hand, and by every generator")
    func retired() async throws {
        try await create(TagOptions())
        let time = ManualTimeSource()
        let issuer = issuer(time: time)
        #expect(try await issuer.issue(tag).lines == ["1"])
        _ = try await base.change(tag, .retirement())
        let refresher = Task { await issuer.run() }
        try await waitUntil("the change is seen") {
            time.advanceToNextSleeper()
            return !issuer.isPlain(tag, by: .segment)
        }
        #expect(issuer.issueIfReady(IssueRequest(tag, by: .segment), upTo: 1) == nil)
        #expect(issuer.issueIfReady(IssueRequest(tag, by: .uuid), upTo: 1) == nil)
        for kind in [nil, GeneratorKind.segment, .uuid] {
            let error = await #expect(throws: FrondError.self) { try await issuer.issue(tag, by: kind) }
            #expect(error?.code == .tagRetired)
        }
        // Brought back, it goes on: the numbers in hand belong to no other.
        _ = try await base.change(tag, .returning())
        try await waitUntil("the tag is back") {
            time.advanceToNextSleeper()
            return issuer.isPlain(tag, by: .segment)
        }
        #expect(try await issuer.issue(tag).lines == ["2"])
        refresher.cancel()
        await refresher.value
    }

    @Test("a period of a retired tag has no record made for it")
    func retiredPeriods() async throws {
        let format = try TextFormat("{date}-{number}")
        try await create(TagOptions(format: format, period: TagPeriod(.day)))
        let view = StoreView(base, time: ManualTimeSource())
        _ = try await base.change(tag, .retirement())
        let period = try Frond.Tag(tag, period: "20261125")
        let error = await #expect(throws: FrondError.self) {
            try await view.reserve(period, atLeast: nil, after: nil)
        }
        #expect(error?.code == .tagRetired)
        #expect(try await base.tag(period) == nil)
    }
}
