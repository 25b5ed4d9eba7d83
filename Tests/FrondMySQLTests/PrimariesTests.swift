import Frond
import FrondTesting
import Synchronization
import TestServers
import Testing

@testable import FrondMySQL

@Suite("Several databases for segments", .timeLimit(.minutes(5)))
struct PrimariesTests {
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    private func numbers(_ segment: Segment) -> [Int64] {
        Array(NumberRun(first: segment.first, count: segment.count, stride: segment.stride))
    }

    private func expectNoRepeat(
        _ segments: [Segment], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let all = segments.flatMap(numbers)
        #expect(Set(all).count == all.count, "a number came twice", sourceLocation: sourceLocation)
    }

    /// Reserves again and again, as a server does: never below what it had.
    private func serve(_ store: MySQLSegmentStore, _ tag: Tag, while goesOn: () -> Bool) async throws -> [Segment] {
        var segments: [Segment] = []
        var floor: SegmentPosition?
        while goesOn(), !Task.isCancelled {
            do throws(FrondError) {
                let segment = try await store.reserve(tag, atLeast: nil, after: floor)
                #expect(segment.first >= floor?.next ?? 0, "IDs of one server grow")
                floor = SegmentPosition(cycle: segment.cycle, next: segment.end)
                segments.append(segment)
            } catch {
                #expect(error.code == .storeUnavailable, "\(error)")
            }
        }
        return segments
    }

    private func serve(_ stores: [MySQLSegmentStore], _ tag: Tag, times: Int) async throws -> [Segment] {
        try await withThrowingTaskGroup(of: [Segment].self) { group in
            for store in stores {
                group.addTask {
                    var left = times
                    return try await serve(store, tag) {
                        left -= 1
                        return left >= 0
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Those that do not depend on how many databases there are.
    private static let promises: [SegmentStoreContract.Promise] = [
        .refusesUnknownTags, .createsATagOnce, .keepsTextAsItIs,
        .refusesSettingsOutOfRange, .refusesToChangeUnknownTags,
        .refusesChangesOutOfRange, .listsTagsByName, .concurrentCreationMakesOneTag,
    ]

    @Test("two databases keep what is promised of tags", arguments: promises)
    func contract(promise: SegmentStoreContract.Promise) async throws {
        let contract = SegmentStoreContract { body in
            let list = [try await TestDatabase.make().configuration, try await TestDatabase.make().configuration]
            try await body { MySQLSegmentStore(primaries: list) }
        }
        try await contract.check(promise)
    }

    @Test("three databases share a tag; one is killed, the others go on, and it comes back: no number twice")
    func oneDown() async throws {
        let server = try await MariaDBServer()
        let list = [
            try await TestDatabase.make().configuration, try await TestDatabase.make(on: server).configuration,
            try await TestDatabase.make().configuration,
        ]
        let tag = try Tag("order")
        let stores = (0..<4).map { _ in MySQLSegmentStore(primaries: list) }
        _ = try await stores[0].create(tag, TagSettings(step: 5))
        var segments = try await serve(stores, tag, times: 12)
        #expect(Set(segments.map { $0.first % 3 }) == [0, 1, 2])
        #expect(segments.allSatisfy { $0.stride == 3 && $0.count == 5 })
        await server.kill()
        let without = try await serve(stores, tag, times: 12)
        #expect(without.count == 48, "nobody goes without")
        #expect(Set(without.map { $0.first % 3 }) == [0, 2])
        segments += without
        let creation = await frondError { _ = try await stores[0].create(Tag("other"), TagSettings()) }
        #expect(creation?.code == .storeUnavailable, "to create a tag all must answer")
        try await server.start()
        try await waitUntil("the database that came back serves") {
            segments += try await serve(stores, tag, times: 1)
            return segments.suffix(4).contains { $0.first % 3 == 1 }
        }
        expectNoRepeat(segments)
        _ = try await untilAvailable { try await stores[0].create(Tag("other"), TagSettings()) }
    }

    @Test("settings are read from those that answer, while another one hangs")
    func oneHangs() async throws {
        let server = try await MariaDBServer()
        var list = [try await TestDatabase.make(on: server).configuration, try await TestDatabase.make().configuration]
        for index in list.indices {
            (list[index].connectTimeout, list[index].replyTimeout) = (.seconds(90), .seconds(90))
        }
        let store = MySQLSegmentStore(primaries: list)
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings())
        server.pause(true)
        let start = ContinuousClock.now
        #expect(try await store.tag(tag) != nil)
        #expect(try await store.tags().count == 1)
        let time = start.duration(to: .now)
        server.pause(false)
        #expect(time < .seconds(60), "the one that hangs would have taken 90 s: \(time)")
    }

    @Test("a database that went back is passed over; where there is no other it is said")
    func wentBack() async throws {
        let server = try await MariaDBServer()
        let one = try await TestDatabase.make()
        let other = try await TestDatabase.make(on: server)
        let store = MySQLSegmentStore(primaries: [one.configuration, other.configuration])
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings(step: 5))
        var segments = try await serve([store], tag, times: 10)
        try await one.run("UPDATE leaf_alloc SET max_id = 1, version = 0")
        let since = try await serve([store], tag, times: 6)
        #expect(since.allSatisfy { $0.first % 2 == 1 })
        segments += since
        expectNoRepeat(segments)
        await server.stop()
        let error = await frondError { _ = try await store.reserve(tag, atLeast: nil, after: nil) }
        #expect(error?.code == .storeWentBack)
        #expect(error?.message.contains("frond tag set order --max-id N") == true)
    }

    @Test("a tail is given back to the database it came from, which is not taken for one that went back")
    func givingBack() async throws {
        let list = [try await TestDatabase.make().configuration, try await TestDatabase.make().configuration]
        let store = MySQLSegmentStore(primaries: list)
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings(step: 5))
        for _ in 0..<4 {
            var segment = try await store.reserve(tag, atLeast: nil, after: nil)
            segment.first += 2 * segment.stride
            #expect(try await store.giveBack(segment, of: tag))
            #expect(try await store.giveBack(segment, of: tag) == false)
        }
        let record = try #require(try await store.tag(tag))
        #expect(record.maxID <= 1 + 4 * 2 * 2)
    }

    @Test("a client's numbers that come back through another server do not make this one pass a healthy database over")
    func remoteGivingBack() async throws {
        let list = [try await TestDatabase.make().configuration, try await TestDatabase.make().configuration]
        let (one, other) = (MySQLSegmentStore(primaries: list), MySQLSegmentStore(primaries: list))
        let tag = try Tag("order")
        _ = try await one.create(tag, TagSettings(step: 5))
        let views = [StoreView(one), StoreView(other)]
        for _ in 0..<4 {
            let segment = try await views[0].reserveRemotely(tag, atLeast: nil, after: nil)
            #expect(try await views[1].giveBackRemotely(segment, of: tag))
        }
        // From both databases, and neither went back.
        let segments = [
            try await one.reserve(tag, atLeast: nil, after: nil), try await one.reserve(tag, atLeast: nil, after: nil),
        ]
        #expect(Set(segments.map { $0.first % 2 }) == [0, 1])
        #expect(segments.allSatisfy { $0.first <= 2 }, "what was given back is issued again, once: \(segments)")
        expectNoRepeat(segments)
    }

    @Test("a database that refuses a tail is still known to have given it out")
    func refusedTail() async throws {
        let one = try await TestDatabase.make()
        let list = [one.configuration, try await TestDatabase.make().configuration]
        let store = MySQLSegmentStore(primaries: list)
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings(step: 5))
        var tails = try await [
            store.reserve(tag, atLeast: nil, after: nil), store.reserve(tag, atLeast: nil, after: nil),
        ]
        for index in tails.indices {
            tails[index].secret = nil
            #expect(try await store.giveBack(tails[index], of: tag) == false)
        }
        try await one.run("UPDATE leaf_alloc SET max_id = 1, version = 0")
        let since = try await serve([store], tag, times: 6)
        #expect(since.allSatisfy { $0.first % 2 == 1 }, "the database that went back is passed over")
    }

    @Test("a row that does not say so is not believed", arguments: ["stripe = 1", "stripes = 1, stripe = 0"])
    func otherPlace(assignment: String) async throws {
        let one = try await TestDatabase.make()
        let other = try await TestDatabase.make()
        let store = MySQLSegmentStore(primaries: [one.configuration, other.configuration])
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings())
        try await one.run("UPDATE leaf_alloc SET \(assignment)")
        try await other.run("UPDATE leaf_alloc SET stripe = 0")
        let error = await frondError { _ = try await store.reserve(tag, atLeast: nil, after: nil) }
        #expect(error?.code == .storeCorrupt)
        #expect(error?.message.contains("frond tag stripe order") == true, "\(error?.message ?? "")")
        // Alone, what the row says holds.
        let alone = try await MySQLSegmentStore(other.configuration).reserve(tag, atLeast: nil, after: nil)
        #expect(alone.stride == 2 && alone.first % 2 == 0)
    }

    @Test("a tag is retired in all databases; one that was left out by a crash is retired by the next attempt")
    func retired() async throws {
        let one = try await TestDatabase.make()
        let other = try await TestDatabase.make()
        let store = MySQLSegmentStore(primaries: [one.configuration, other.configuration])
        let tag = try Tag("order")
        let created = try await store.create(tag, TagSettings(step: 5))
        let retired = try await store.change(tag, .retirement(ifVersion: created.settings.version))
        #expect(retired.options.isRetired)
        let error = await frondError { _ = try await store.reserve(tag, atLeast: nil, after: nil) }
        #expect(error?.code == .tagRetired)
        // As after a crash between the two.
        try await other.run("UPDATE leaf_alloc SET options = ''")
        #expect(try await store.tag(tag)?.options.isRetired == true, "one row is enough")
        let again = try await store.change(tag, .retirement(ifVersion: retired.settings.version))
        #expect(again.options.isRetired)
        for database in [one, other] {
            let alone = MySQLSegmentStore(database.configuration)
            #expect(try await alone.tag(tag)?.options.isRetired == true)
        }
        _ = try await store.change(tag, .returning())
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
    }

    @Test("a creation that broke off half way gives out nothing, and is completed by the next, and by no other")
    func halfCreated() async throws {
        let one = try await TestDatabase.make()
        let other = try await TestDatabase.make()
        let store = MySQLSegmentStore(primaries: [one.configuration, other.configuration])
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings(step: 5))
        try await one.run("UPDATE leaf_alloc SET barrier = start_id, version = 0")
        try await other.run("DELETE FROM leaf_alloc")
        let closed = await frondError { _ = try await store.reserve(tag, atLeast: nil, after: nil) }
        #expect(closed?.code == .storeUnavailable)
        #expect(closed?.message.contains("frond tag create order") == true, "\(closed?.message ?? "")")
        let error = await frondError { _ = try await store.create(tag, TagSettings(step: 6)) }
        #expect(error?.code == .tagExists)
        _ = try await store.create(tag, TagSettings(step: 5))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        try await other.run("DELETE FROM leaf_alloc")
        let gone = await frondError { _ = try await store.create(tag, TagSettings(step: 5)) }
        #expect(gone?.code == .tagExists, "a row that is gone may have given out numbers")
    }

    @Test("servers whose lists contradict each other make a tag at the same time: no number twice")
    func contradictingLists() async throws {
        let one = try await TestDatabase.make()
        let other = try await TestDatabase.make()
        let stores = [[one, other], [other, one]].map { MySQLSegmentStore(primaries: $0.map(\.configuration)) }
        for round in 0..<20 {
            let tag = try Tag("order\(round)")
            async let first: Void = { _ = try? await stores[0].create(tag, TagSettings()) }()
            async let second: Void = { _ = try? await stores[1].create(tag, TagSettings()) }()
            _ = await (first, second)
            let segments = await [
                try? stores[0].reserve(tag, atLeast: nil, after: nil),
                try? stores[0].reserve(tag, atLeast: nil, after: nil),
                try? stores[1].reserve(tag, atLeast: nil, after: nil),
                try? stores[1].reserve(tag, atLeast: nil, after: nil),
            ].compactMap(\.self)
            let issued = segments.flatMap(numbers)
            #expect(Set(issued).count == issued.count, "round \(round): \(segments)")
        }
    }

    @Test("how the IDs of a tag in several databases are written is set when it is created, and not row by row later")
    func forms() async throws {
        let list = try await [TestDatabase.make(), TestDatabase.make()].map(\.configuration)
        let store = MySQLSegmentStore(primaries: list)
        let tag = try Tag("order")
        let options = TagOptions(format: try TextFormat("hex"))
        _ = try await store.create(tag, TagSettings(options: options))
        #expect(try await store.tag(tag)?.options == options)
        let error = await frondError { _ = try await store.change(tag, TagChange(clearedOptions: [.format])) }
        #expect(error?.code == .invalidArgument)
        _ = try await store.change(tag, TagChange(step: 5, options: options))
        for database in list { #expect(try await MySQLSegmentStore(database).tag(tag)?.options == options) }
    }

    @Test("a tag is spread over a second and a third database under load, broken off at every step: no number twice")
    func spread() async throws {
        let list = try await [TestDatabase.make(), TestDatabase.make(), TestDatabase.make()].map(\.configuration)
        let tag = try Tag("order")
        _ = try await MySQLSegmentStore(list[0]).create(tag, TagSettings(step: 5))
        let end = Flag()
        async let served = withThrowingTaskGroup(of: [Segment].self) { group in
            for listed in [1, 1, 2, 2] {
                let store = MySQLSegmentStore(primaries: Array(list[..<listed]))
                group.addTask {
                    // Those that list two wait for the first spread.
                    while listed == 2, !Task.isCancelled,
                        await frondError({ _ = try await store.reserve(tag, atLeast: 1, after: nil) }) != nil
                    {}
                    return try await serve(store, tag) { !end.isSet.load(ordering: .relaxed) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for count in [2, 3] {
            let spread = MySQLTagStriping(Array(list[..<count]))
            var isUnfinished = true
            for _ in 0..<1000 where isUnfinished {
                isUnfinished = await frondError { _ = try await spread.spread(tag, atMost: 1) } != nil
            }
            let records = try await spread.spread(tag)
            #expect(records.map(\.stripe.index) == Array(0..<Int64(count)))
            #expect(records.allSatisfy { $0.stripe.count == Int64(count) && $0.barrier == nil })
        }
        let stores = (0..<2).map { _ in MySQLSegmentStore(primaries: list) }
        var segments = try await serve(stores, tag, times: 9)
        end.isSet.store(true, ordering: .relaxed)
        segments += try await served
        expectNoRepeat(segments)
        #expect(Set(segments.map(\.stride)) == [1, 2, 3])
        #expect(Set(segments.filter { $0.stride == 3 }.map { $0.first % 3 }) == [0, 1, 2])
    }
}
