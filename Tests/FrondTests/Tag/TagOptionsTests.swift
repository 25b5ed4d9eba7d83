import FrondTesting
import Testing

@testable import Frond

@Suite("The options of a tag", .timeLimit(.minutes(5)))
struct TagOptionsTests {
    private let key: ScrambleKey
    private let daily: TagOptions

    init() throws {
        key = try ScrambleKey(Array("sixteen bytes at least".utf8))
        daily = TagOptions(format: try TextFormat("ORD-{date}-{number:6}"), period: TagPeriod(.day))
    }

    private func record(_ options: TagOptions, max: Int64 = TagRecord.largestValue) throws(FrondError) -> TagRecord {
        try TagSettings(maxValue: max, options: options).newRecord(Frond.Tag("order"), nowMilliseconds: 0)
    }

    @Test("come back from the text that a store keeps")
    func text() throws {
        var all = daily
        all.period = TagPeriod(.month, timeZone: "Asia/Shanghai")
        all.generators = [.redis, .segment, .uuid]
        all.scrambleKey = key.fingerprint
        all.snowflakeFloor = 1 << 60
        let tag = try Frond.Tag("order")
        for options in [TagOptions(), daily, all] {
            #expect(try TagOptions(text: options.text, of: tag) == options)
        }
        #expect(TagOptions().text == "")
        #expect(daily.text == "format=ORD-{date}-{number:6}\nperiod=day\ntimeZone=UTC")
        for text in [
            "colour=red", "format", "period=week", "snowflakeFloor=-1", "generators=segment,abacus", "format={x}",
        ] {
            let error = #expect(throws: FrondError.self) { try TagOptions(text: text, of: tag) }
            #expect(error?.code == .storeCorrupt, "\(text)")
        }
    }

    @Test("generators whose numbers would meet are refused when the tag is set")
    func chains() throws {
        func refused(_ generators: [GeneratorKind], floor: Int64? = nil, max: Int64 = 1000, _ message: String) {
            let options = TagOptions(generators: generators, snowflakeFloor: floor)
            let error = #expect(throws: FrondError.self) { try record(options, max: max) }
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
        refused([.segment, .segment], "twice")
        refused([.uuid, .segment], "uuid last")
        refused([.ticket, .redis], "ticket beside")
        refused([.segment, .snowflake], "where snowflake IDs begin")
        refused([.segment, .snowflake], floor: 1000, "set --max below")
        _ = try record(TagOptions(generators: [.redis, .segment, .snowflake, .uuid], snowflakeFloor: 1001), max: 1000)
        let capped = try record(TagOptions(generators: [.segment, .snowflake], snowflakeFloor: 1001), max: 1000)
        #expect(throws: FrondError.self) { try capped.applying(TagChange(maxValue: 1001), nowMilliseconds: 0) }
        _ = try capped.applying(TagChange(maxValue: 999), nowMilliseconds: 0)
    }

    @Test("a period needs the date in the text, and no cycle")
    func periods() throws {
        _ = try record(daily)
        var options = daily
        options.format = try TextFormat("ORD-{number}")
        #expect(throws: FrondError.self) { try record(options) }
        options.format = nil
        #expect(throws: FrondError.self) { try record(options) }
        #expect(throws: FrondError.self) {
            try TagSettings(cycles: true, options: daily).newRecord(Frond.Tag("order"), nowMilliseconds: 0)
        }
        let long = try Frond.Tag(String(repeating: "x", count: 120))
        #expect(throws: FrondError.self) { try TagSettings(options: daily).newRecord(long, nowMilliseconds: 0) }
    }

    @Test("a width that cannot hold the last number is refused, and a scramble of numbers outside its range")
    func widths() throws {
        let options = TagOptions(format: try TextFormat("base32=4"))
        #expect(throws: FrondError.self) { try record(options) }
        _ = try record(options, max: 1 << 20 - 1)
        #expect(throws: FrondError.self) { try record(options, max: 1 << 20) }
        #expect(throws: FrondError.self) {
            try record(TagOptions(generators: [.snowflake], scrambleKey: key.fingerprint))
        }
    }

    @Test("the form of a tag that was used stays, unless somebody insists")
    func changes() throws {
        let fresh = try record(TagOptions())
        _ = try fresh.applying(TagChange(options: daily), nowMilliseconds: 0)
        let used = try fresh.reserving(atLeast: 1, after: nil).successor
        #expect(throws: FrondError.self) { try used.applying(TagChange(options: daily), nowMilliseconds: 0) }
        _ = try used.applying(TagChange(options: daily, allowRepeats: true), nowMilliseconds: 0)
        // The record of a tag with periods says nothing of its use.
        let periodic = try record(daily)
        #expect(throws: FrondError.self) {
            try periodic.applying(TagChange(clearedOptions: [.format, .period]), nowMilliseconds: 0)
        }
        // Tickets count apart from segments, so that the numbers of the one would come again from the other.
        #expect(throws: FrondError.self) {
            try used.applying(TagChange(options: TagOptions(generators: [.ticket])), nowMilliseconds: 0)
        }
        let scrambled = try record(TagOptions(scrambleKey: key.fingerprint), max: 999)
        _ = try scrambled.applying(TagChange(maxValue: 9999), nowMilliseconds: 0)
        let given = try scrambled.reserving(atLeast: 1, after: nil).successor
        #expect(throws: FrondError.self) { try given.applying(TagChange(maxValue: 9999), nowMilliseconds: 0) }
    }

    @Test(
        "a moment lies in the day, month or year of the time zone",
        arguments: [
            (TagPeriod(.day), "20261122"), (TagPeriod(.day, timeZone: "+08:00"), "20261123"),
            (TagPeriod(.month, timeZone: "-01:30"), "202611"), (TagPeriod(.year), "2026"),
        ])
    func dates(period: TagPeriod, date: String) throws {
        // 2026-11-22T23:59:59.999Z
        #expect(try period.date(atMilliseconds: 1_795_391_999_999, by: FixedTimeZones()) == date)
        #expect(throws: FrondError.self) {
            try TagPeriod(.day, timeZone: "Mars/Olympus").date(atMilliseconds: 0, by: FixedTimeZones())
        }
    }
}
