import Frond
import FrondAPI
import FrondServer
import FrondTesting
import GRPCCore
import SwiftProtobuf
import Testing

@Suite("IDs by gRPC", .timeLimit(.minutes(5)))
struct IDsServiceTests {
    @Test("come one after the other, each tag by itself")
    func next() async throws {
        try await TestServer().withClient { client async throws in
            #expect(try await client.next() == 1)
            #expect(try await client.next() == 2)
            #expect(try await client.next("user") == 1)
        }
    }

    @Test("come in exactly the number asked for, across segments", arguments: [1, 2, 25, 10_000])
    func exactly(count: Int) async throws {
        var server = TestServer()
        server.store = StoreView(InMemorySegmentStore(), missingTags: .create(TagSettings(step: 10)))
        try await server.withClient { client async throws in
            #expect(try await client.batch(count) == Array(1...Int64(count)))
            #expect(try await client.next() == Int64(count) + 1)
        }
    }

    @Test("are refused for a count out of range, and none is used", arguments: [0, -1, 10_001, Int(Int32.min)])
    func badCount(count: Int) async throws {
        try await TestServer().withClient { client async throws in
            let status = try await status { try await client.batch(count) }
            #expect(status.code == .invalidArgument)
            #expect(status.reason == "invalid-argument")
            #expect(status.message.contains("\(count)") && status.message.contains("10000"))
            #expect(try await client.next() == 1)
        }
    }

    @Test("are UUIDs where they are wanted")
    func uuids() async throws {
        try await TestServer().withClient { client async throws in
            let one = try await client.ids.next(.with { ($0.tag, $0.generator) = ("order", .uuid) }).uuid
            #expect(one.count == 36 && Array(one)[14] == "7")
            let many = try await client.ids.nextBatch(
                .with { ($0.tag, $0.generator, $0.count) = ("order", .uuidV4, 50) })
            #expect(Set(many.uuids).count == 50 && many.runs.isEmpty)
            #expect(many.uuids.allSatisfy { Array($0)[14] == "4" })
        }
    }

    @Test("of snowflake are exactly as many, increase, and can be taken apart")
    func snowflake() async throws {
        var server = TestServer()
        server.registry = InMemoryWorkerRegistry()
        try await server.withClient { client async throws in
            let first = try await client.next("order", .snowflake)
            // More than a tick holds.
            let many = try await client.batch(10_000, "order", .snowflake)
            #expect(many.count == 10_000)
            #expect(([first] + many).adjacentPairsIncrease)
            let parts = try await client.ids.decode(.with { $0.id = many[0] })
            let layout = try await client.workers.getLayout(.init())
            #expect(layout.tickMilliseconds == 1 && layout.workerBits == 10)
            let decoded = try SnowflakeLayout(layout, nowMilliseconds: parts.timeMilliseconds).decode(many[0])
            #expect(parts.worker == decoded.workerID && parts.sequence == decoded.sequence)
            #expect(try await status { try await client.ids.decode(.with { $0.id = -1 }) }.code == .invalidArgument)
        }
    }

    @Test("never come twice, from many clients at once")
    func unique() async throws {
        var server = TestServer()
        server.store = StoreView(InMemorySegmentStore(), missingTags: .create(TagSettings(step: 7)))
        let ids = try await server.whileRunning { running in
            try await withThrowingTaskGroup(of: [Int64].self) { clients in
                for _ in 0..<8 {
                    clients.addTask {
                        try await running.withClient { client async throws in
                            var ids: [Int64] = []
                            for _ in 0..<100 { ids.append(try await client.next()) }
                            #expect(ids.adjacentPairsIncrease)
                            return ids
                        }
                    }
                }
                return try await clients.reduce(into: [Int64]()) { $0 += $1 }
            }
        }
        #expect(Set(ids).count == 800)
    }

    @Test("that cannot be given come with the reason")
    func errors() async throws {
        let store = InMemorySegmentStore()
        _ = try await store.create(try Frond.Tag("full"), TagSettings(step: 5, maxValue: 3))
        var server = TestServer()
        server.store = store
        try await server.withClient { client async throws in
            let unknown = try await status { try await client.next("nobody") }
            #expect(unknown.code == .notFound && unknown.reason == "unknown-tag" && unknown.retryAfter == nil)
            #expect(unknown.message.contains("nobody"))
            let bad = try await status { try await client.next("a b") }
            #expect(bad.code == .invalidArgument && bad.reason == "invalid-argument")
            #expect(try await client.batch(3, "full") == [1, 2, 3])
            let full = try await status { try await client.next("full") }
            #expect(full.code == .outOfRange && full.reason == "exhausted")
            let missing = try await status { try await client.next("full", .snowflake) }
            #expect(missing.code == .unimplemented && missing.reason == "generator-not-enabled")
            let later = try await status { try await client.next("full", .UNRECOGNIZED(99)) }
            #expect(later.code == .invalidArgument && later.message.contains("99"))
        }
    }

    @Test("that the store does not give are UNAVAILABLE, with when to come again")
    func storeDown() async throws {
        let time = ManualTimeSource()
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        _ = try await store.base.create(try Frond.Tag("order"), TagSettings())
        store.beginOutage()
        var server = TestServer()
        server.store = store
        try await server.withClient { client async throws in
            let status = try await status { try await client.next() }
            #expect(status.code == .unavailable && status.reason == "store-unavailable")
            #expect(try #require(status.retryAfter) > .zero)
        }
    }

    @Test("are waited for until the caller's deadline and no longer")
    func deadline() async throws {
        try await TestServer.withOneWaiter { client, _ in
            var options = CallOptions.defaults
            options.timeout = .milliseconds(300)
            let late = try await status { [options] in
                try await client.ids.next(.with { $0.tag = "order" }, options: options)
            }
            #expect(late.code == .deadlineExceeded)
            // The place of the caller who is gone is free: the next one waits, and is not refused.
            #expect(try await client.waitsAgain())
        }
    }

    @Test("that nobody waits for any more are given up")
    func cancellation() async throws {
        try await TestServer.withOneWaiter { client, store in
            let waiting = Task { try await client.next() }
            try await store.isAsked()
            #expect(try await client.isRefused())
            waiting.cancel()
            _ = try await status { try await waiting.value }
            #expect(try await client.waitsAgain())
        }
    }

    @Test("are not asked for by requests of any size: the call fails, and others go on")
    func requestSize() async throws {
        try await TestServer().withClient { client async throws in
            _ = try await status { try await client.next(String(repeating: "x", count: 1 << 20)) }
            #expect(try await client.next() == 1)
        }
    }
}

extension TestServer {
    /// Runs a server whose store does not answer until the work is done, and on which one caller may wait.
    static func withOneWaiter(
        _ work: @escaping @Sendable (Client, FaultInjectingSegmentStore<InMemorySegmentStore>) async throws -> Void
    ) async throws {
        let time = ManualTimeSource()
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        _ = try await store.base.create(try Frond.Tag("order"), TagSettings())
        store.beginOutage(.delay(.seconds(1)))
        var server = TestServer()
        server.store = ReadableStore(beneath: store.base, reserving: store)
        server.policy = SegmentPolicy(waitLimit: .seconds(3600), maxWaiters: 1)
        try await server.withClient { client in
            // The server ends when its store has answered.
            defer {
                store.endOutage()
                time.advance(by: .seconds(1))
            }
            try await work(client, store)
        }
    }
}

/// A store that says what its tags are at once, whatever befalls reservations.
private struct ReadableStore: ForwardingSegmentStore {
    let beneath: any SegmentStore
    let reserving: any SegmentStore

    func reserve(
        _ tag: Frond.Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        try await reserving.reserve(tag, atLeast: demand, after: floor)
    }

    func giveBack(_ tail: Segment, of tag: Frond.Tag) async throws(FrondError) -> Bool {
        try await reserving.giveBack(tail, of: tag)
    }
}

extension FaultInjectingSegmentStore {
    /// Waits until the store is asked.
    func isAsked() async throws {
        try await waitUntil("the store is asked") { callCount > 0 }
    }
}

extension TestServer.Client {
    /// Returns the answer to a caller that waits for a moment.
    func probe() async throws -> ErrorStatus {
        var options = CallOptions.defaults
        options.timeout = .milliseconds(100)
        return try await status { [options] in try await ids.next(.with { $0.tag = "order" }, options: options) }
    }

    /// Returns true if, within some tries, a caller is refused since another one waits.
    func isRefused() async throws -> Bool {
        for _ in 0..<50 where try await probe().code == .resourceExhausted { return true }
        return false
    }

    /// Returns true if, within some tries, a caller that was refused before may wait.
    func waitsAgain() async throws -> Bool {
        for _ in 0..<50 where try await probe().code == .deadlineExceeded { return true }
        return false
    }
}

extension [Int64] {
    var adjacentPairsIncrease: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
