import Frond
import FrondAPI
import FrondTesting
import GRPCCore
import SwiftProtobuf
import Testing

@Suite("Segments by gRPC", .timeLimit(.minutes(5)))
struct SegmentsServiceTests {
    @Test("are the caller's alone: the server's own generator goes on behind them")
    func reserve() async throws {
        var server = TestServer()
        server.store = StoreView(InMemorySegmentStore(), missingTags: .create(TagSettings(step: 100)))
        try await server.withClient { client async throws in
            let first = try await client.segments.reserveSegment(.with { $0.tag = "order" }).segment
            #expect((first.first, first.end, first.step) == (1, 101, 100))
            #expect(try await client.next() == 101)
            let more = try await client.segments.reserveSegment(
                .with {
                    ($0.tag, $0.count, $0.after) = (
                        "order", 500, Frond_V1_Position(SegmentPosition(cycle: 0, next: 101))
                    )
                }
            ).segment
            #expect(more.first >= 201 && more.end - more.first == 500)
            #expect(
                try await client.segments.giveBackSegment(
                    .with { ($0.tag, $0.tail) = ("order", more) }
                ).takenBack)
            let again = try await client.segments.reserveSegment(.with { $0.tag = "order" }).segment
            #expect(again.first == more.first)
            // Somebody reserved since: not any more.
            #expect(
                try await !client.segments.giveBackSegment(
                    .with { ($0.tag, $0.tail) = ("order", more) }
                ).takenBack)
        }
    }

    @Test("are refused where the caller knows of more than the store does")
    func wentBack() async throws {
        try await TestServer().withClient { client async throws in
            _ = try await client.next()
            let status = try await status {
                try await client.segments.reserveSegment(
                    .with {
                        ($0.tag, $0.after) = ("order", Frond_V1_Position(SegmentPosition(cycle: 0, next: 1 << 41)))
                    })
            }
            #expect(status.code == .failedPrecondition && status.reason == "store-went-back")
            #expect(status.message.contains("the caller knows numbers"), "no store is asked to begin there")
        }
    }

    @Test("a tag whose next number moves has that of its periods moved too, also of the present one that is missing")
    func periods() async throws {
        let store = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        let options = TagOptions(format: try TextFormat("{date}-{number}"), period: TagPeriod(.day))
        _ = try await store.create(tag, TagSettings(step: 10, options: options))
        let old = try Frond.Tag(tag, period: "20200101")
        _ = try await store.create(old, TagSettings(step: 10))
        var server = TestServer()
        server.store = store
        try await server.withClient { client async throws in
            let changed = try await client.segments.changeTag(.with { ($0.tag, $0.maxID) = ("order", 5000) }).tag
            #expect(changed.maxID == 5000)
            let records = try await store.tags()
            #expect(records.count == 3, "the record of today is created")
            #expect(records.allSatisfy { $0.maxID == 5000 }, "\(records)")
            #expect(try await client.ids.next(.with { $0.tag = "order" }).text.hasSuffix("-5000"))
            // A change that is refused moves no period.
            let refused = try await status {
                try await client.segments.changeTag(
                    .with { ($0.tag, $0.maxID, $0.step) = ("order", 6000, -1) })
            }
            #expect(refused.code == .invalidArgument)
            #expect(try await store.tag(old)?.maxID == 5000)
        }
    }

    @Test("a tag that gets snowflake IDs beside its numbers later has it recorded where they begin")
    func floorOfChange() async throws {
        var server = TestServer()
        let store = InMemorySegmentStore()
        server.store = store
        server.registry = InMemoryWorkerRegistry()
        _ = try await store.create(try Frond.Tag("order"), TagSettings(maxValue: 1_000_000))
        try await server.withClient { client async throws in
            let change = TagOptions(generators: [.snowflake]).text
            let changed = try await client.segments.changeTag(.with { ($0.tag, $0.options) = ("order", change) }).tag
            #expect(changed.options.contains("snowflakeFloor="), "\(changed.options)")
        }
    }

    @Test("options that cannot be are refused by a message of one line, without effect on a terminal, and not too long")
    func hostileOptions() async throws {
        var server = TestServer()
        server.store = InMemorySegmentStore()
        try await server.withClient { client async throws in
            let texts = [
                "\u{1b}[31mX\u{7}", "generators=\u{1b}[2J", "generators=segment,,", "timeZone=Mars/X", "format=\u{1b}",
                String(repeating: "x", count: 60_000), String(repeating: "\u{1b}", count: 5000),
            ]
            for text in texts {
                let created = try await status {
                    try await client.segments.createTag(.with { ($0.tag, $0.options) = ("order", text) })
                }
                #expect(created.code == .invalidArgument, "\(created)")
                #expect(created.message.unicodeScalars.allSatisfy { $0.value >= 0x20 } && created.message.count < 8000)
            }
            _ = try await client.segments.createTag(.with { $0.tag = "order" })
            let changed = try await status {
                try await client.segments.changeTag(
                    .with { ($0.tag, $0.setOptions) = ("order", ["format": "hex\nperiod=day"]) })
            }
            #expect(changed.code == .invalidArgument && changed.message.contains("line break"), "\(changed)")
        }
    }

    @Test("a time zone that the server does not know is refused for a new tag and for one that is there")
    func timeZones() async throws {
        var server = TestServer()
        let store = InMemorySegmentStore()
        server.store = store
        let known = TagOptions(
            format: try TextFormat("{date}-{number}"), period: TagPeriod(.day, timeZone: "+08:00"))
        var unknown = known
        unknown.period?.timeZone = "Mars/Olympus"
        let (good, bad) = (known.text, unknown.text)
        try await server.withClient { client async throws in
            let created = try await status {
                try await client.segments.createTag(.with { ($0.tag, $0.options) = ("order", bad) })
            }
            #expect(created.code == .invalidArgument && created.message.contains("Mars/Olympus"), "\(created)")
            #expect(try await store.tags() == [])
            _ = try await client.segments.createTag(.with { ($0.tag, $0.options) = ("order", good) })
            let changed = try await status {
                try await client.segments.changeTag(.with { ($0.tag, $0.options) = ("order", bad) })
            }
            #expect(changed.code == .invalidArgument && changed.message.contains("Mars/Olympus"), "\(changed)")
            #expect(try await store.tags().map(\.options) == [known])
        }
    }

    @Test("a tag that is created with snowflake IDs beside numbers has it recorded where they begin")
    func floor() async throws {
        var server = TestServer()
        server.store = InMemorySegmentStore()
        server.registry = InMemoryWorkerRegistry()
        try await server.withClient { client async throws in
            let created = try await client.segments.createTag(
                .with { ($0.tag, $0.maxValue, $0.options) = ("order", 1_000_000, "generators=segment,snowflake") }
            ).tag
            #expect(created.options.contains("snowflakeFloor="), "\(created.options)")
        }
    }

    @Test("of a tag whose IDs are not its numbers are for the server alone")
    func texts() async throws {
        let store = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        var server = TestServer()
        server.store = store
        let format = try TextFormat("ORD-{number:6}")
        _ = try await store.create(tag, TagSettings(options: TagOptions(format: format)))
        try await server.withClient { client async throws in
            let status = try await status { try await client.segments.reserveSegment(.with { $0.tag = "order" }) }
            #expect(status.code == .invalidArgument && status.message.contains("'order'"))
        }
    }

    @Test("of a tag that other generators count are refused, and other generators of a tag that segments count")
    func otherGenerators() async throws {
        let store = InMemorySegmentStore()
        _ = try await store.create(try Frond.Tag("ticket"), TagSettings(options: TagOptions(generators: [.ticket])))
        _ = try await store.create(try Frond.Tag("redis"), TagSettings(options: TagOptions(generators: [.redis])))
        _ = try await store.create(try Frond.Tag("segment"), TagSettings(options: TagOptions(generators: [.segment])))
        var server = TestServer()
        server.store = store
        server.registry = InMemoryWorkerRegistry()
        try await server.withClient { client async throws in
            let refused = try await status { try await client.segments.reserveSegment(.with { $0.tag = "ticket" }) }
            #expect(refused.reason == "generator-not-of-tag", "\(refused)")
            _ = try await client.segments.reserveSegment(.with { $0.tag = "redis" })
            #expect(try await store.tag(Frond.Tag("ticket"))?.maxID == 1, "and nothing is reserved")
            for generator in [Frond_V1_Generator.snowflake, .uuid, .uuidV4] {
                let status = try await status { try await client.batch(3, "segment", generator) }
                #expect(status.reason == "generator-not-of-tag", "\(generator): \(status)")
            }
            #expect(try await client.next("segment") == 1)
        }
    }

    @Test("of no tag, or of a size that cannot be, are refused")
    func badInput() async throws {
        var server = TestServer()
        server.store = InMemorySegmentStore()
        try await server.withClient { client async throws in
            let unknown = try await status { try await client.segments.reserveSegment(.with { $0.tag = "nobody" }) }
            #expect(unknown.code == .notFound)
            for count in [0, -1, TagRecord.largestStep + 1, .max] {
                let status = try await status {
                    try await client.segments.reserveSegment(.with { ($0.tag, $0.count) = ("order", count) })
                }
                #expect(status.code == .invalidArgument && status.message.contains("\(count)"))
            }
            let tail = Frond_V1_Segment(Segment(first: 9, end: 3, step: 1, cycle: 0, version: 1))
            let status = try await status {
                try await client.segments.giveBackSegment(.with { ($0.tag, $0.tail) = ("order", tail) })
            }
            #expect(status.code == .invalidArgument)
        }
    }

    @Test("come with the administration of their tags")
    func tags() async throws {
        var server = TestServer()
        server.store = InMemorySegmentStore()
        try await server.withClient { client async throws in
            let segments = client.segments
            let made = try await segments.createTag(
                .with { ($0.tag, $0.step, $0.description_p) = ("order", 50, "orders") }
            ).tag
            #expect((made.step, made.startID, made.maxValue) == (50, 1, TagRecord.largestValue))
            let twice = try await status { try await segments.createTag(.with { $0.tag = "order" }) }
            #expect(twice.code == .alreadyExists && twice.reason == "tag-exists")
            let changed = try await segments.changeTag(.with { ($0.tag, $0.maxID, $0.cycles) = ("order", 900, true) })
                .tag
            #expect((changed.maxID, changed.step, changed.cycles, changed.description_p) == (900, 50, true, "orders"))
            #expect(try await segments.getTag(.with { $0.tag = "order" }).tag == changed)
            #expect(try await segments.listTags(.init()).tags == [changed])
            #expect(try TagRecord(changed).maxID == 900)
            let missing = try await status { try await segments.getTag(.with { $0.tag = "user" }) }
            #expect(missing.code == .notFound)
            let back = try await status { try await segments.changeTag(.with { ($0.tag, $0.maxID) = ("order", 5) }) }
            #expect(back.code == .invalidArgument)
        }
    }
}

@Suite("Segments by gRPC of a store that is down", .timeLimit(.minutes(5)))
struct SegmentsServiceOutageTests {
    @Test("fail at once, and ask the store no more often than the server's own generators do")
    func outage() async throws {
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: SystemTimeSource())
        _ = try await store.create(try Frond.Tag("order"), TagSettings())
        var server = TestServer()
        // The clock stands: no probe is due.
        server.store = StoreView(store, time: ManualTimeSource())
        try await server.withClient { client async throws in
            store.beginOutage()
            let first = try await status { try await client.segments.reserveSegment(.with { $0.tag = "order" }) }
            #expect(first.reason == "store-unavailable")
            let calls = store.callCount
            for _ in 0..<5 {
                let later = try await status { try await client.segments.reserveSegment(.with { $0.tag = "order" }) }
                #expect(later.reason == "store-unavailable")
                _ = try await status { try await client.segments.listTags(.init()) }
                _ = try await status { try await client.next() }
            }
            #expect(store.callCount == calls)
        }
    }
}
