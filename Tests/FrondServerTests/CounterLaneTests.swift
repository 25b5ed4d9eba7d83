import Frond
import FrondTesting
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import FrondServer

/// A connection whose event loop may be called from other threads, with counters that tests hold back.
private struct CounterServer {
    let channel = NIOAsyncTestingChannel()
    let time = ManualTimeSource()
    let store: InMemoryCounterStore
    let counters: CounterGenerators

    /// - Parameter faults: what each draw meets.
    init(_ faults: [StoreFault] = []) async throws {
        let tag = try Frond.Tag("order")
        store = InMemoryCounterStore(tags: [tag], plan: .script(faults), time: time)
        counters = CounterGenerators(store: store, time: time)
        _ = try counters.generator(for: tag)
        let generators = try await EmbeddedServer.generators(redis: counters)
        let (loop, channel) = (channel.testingEventLoop, channel)
        try await loop.executeInContext { [generators] in
            let pipeline = channel.pipeline.syncOperations
            try FastLaneChannel.addHTTP(
                to: pipeline,
                connection: ConnectionHandler(
                    limits: EmbeddedServer.limits, drain: ServerDrain(), budget: ConnectionBudget()),
                generators: generators, door: try .local(), maxCount: 10_000)
            try pipeline.addHandler(OrdinaryServer(answersAtOnce: true))
        }
        try await channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1))
    }

    func send(_ text: String) async throws { try await channel.writeInbound(ByteBuffer(string: text)) }

    /// The bodies of the next answers.
    func bodies(_ count: Int) async throws -> [String] {
        var text = ""
        while true {
            let bodies = try EmbeddedServer.bodies(of: text)
            if bodies.count >= count { return bodies }
            text += String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
        }
    }

    /// Lets a draw that was delayed go on, once it waits beside the alarm of its callers.
    func release() async {
        await time.waitForSleepers(2)
        time.advance(by: .milliseconds(1))
    }
}

@Suite("Counters on the fast lane", .timeLimit(.minutes(5)))
struct CounterLaneTests {
    private let redis = EmbeddedServer.get("/api/redis/get/order")
    private let batch = EmbeddedServer.get("/api/redis/get/order?count=3")
    private let segment = EmbeddedServer.hot
    private let other = EmbeddedServer.get("/health/live")

    @Test("requests that come together are one draw, and all answers come in the order of the requests")
    func together() async throws {
        let server = try await CounterServer()
        // Each is known once it was asked.
        for request in [redis, batch, segment] { try await server.send(request) }
        #expect(
            try await server.bodies(3) == ["[GET /api/redis/get/order]", "[GET /api/redis/get/order?count=3]", "2"])
        try await server.send(
            String(repeating: redis, count: 5) + segment + batch + batch + other + redis + segment)
        #expect(
            try await server.bodies(11) == [
                "1", "2", "3", "4", "5", "3", "6\n7\n8", "9\n10\n11", "[GET /health/live]",
                "[GET /api/redis/get/order]", "4",
            ])
        #expect(server.store.draws == 2)
    }

    @Test("a client that sends its requests by the dozen is understood after the first")
    func dozens() async throws {
        let server = try await CounterServer()
        let dozen = String(repeating: redis, count: 12)
        try await server.send(dozen)
        let first = try await server.bodies(12)
        #expect(first == Array(repeating: "[GET /api/redis/get/order]", count: 12))
        try await server.send(dozen)
        #expect(try await server.bodies(12) == (1...12).map(String.init))
        #expect(server.store.draws == 1)
    }

    @Test("what comes while a draw is under way waits its turn")
    func heldBack() async throws {
        let server = try await CounterServer([.delay(.milliseconds(1))])
        try await server.send(redis)
        try await server.send(segment)
        #expect(try await server.bodies(2) == ["[GET /api/redis/get/order]", "2"])
        try await server.send(redis)
        try await server.send(segment + segment)
        try await server.send(String(redis.prefix(20)))
        try await server.send(redis.dropFirst(20) + segment)
        await server.release()
        #expect(try await server.bodies(5).prefix(3) == ["1", "3", "4"])
    }

    @Test("a client that reads no answers has no more of its requests answered until it does")
    func backPressure() async throws {
        let server = try await CounterServer()
        let large = EmbeddedServer.get("/api/redis/get/order?count=10000")
        try await server.send(large)
        _ = try await server.bodies(1)
        let channel = server.channel
        channel.isWritable = false
        try await server.send(large + large + segment)
        #expect(try await server.bodies(1).first?.hasPrefix("1\n2\n") == true)
        try await server.send(segment)
        #expect(server.store.draws == 1)
        channel.isWritable = true
        try await channel.testingEventLoop.executeInContext { channel.pipeline.fireChannelWritabilityChanged() }
        let rest = try await server.bodies(3)
        #expect(rest[0].hasPrefix("10001\n"))
        #expect(rest[1...] == ["2", "3"])
        #expect(server.store.draws == 2)
    }

    @Test("where the counter fails each request is told why and when to come again")
    func failure() async throws {
        let server = try await CounterServer([.errorBefore])
        try await server.send(redis)
        _ = try await server.bodies(1)
        try await server.send(redis + redis)
        let answers = try await server.bodies(2)
        #expect(answers.allSatisfy { $0.contains("urn:frond:problem:store-unavailable") }, "\(answers)")
        try await server.send(segment)
        #expect(try await server.bodies(1) == ["2"])
    }

    @Test("a connection that is to end has its answers first", arguments: [true, false], [CloseMode.all, .output])
    func closing(byQuiescing: Bool, mode: CloseMode) async throws {
        let server = try await CounterServer([.delay(.milliseconds(1))])
        try await server.send(redis)
        _ = try await server.bodies(1)
        try await server.send(redis + redis)
        let channel = server.channel
        if byQuiescing {
            try await channel.testingEventLoop.executeInContext {
                channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
        }
        channel.close(mode: mode, promise: nil)
        #expect(channel.isActive)
        await server.release()
        #expect(try await server.bodies(2) == ["1", "2"])
        await channel.testingEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test("a client that goes away while it waits costs its numbers, and nothing else")
    func gone() async throws {
        let server = try await CounterServer([.delay(.milliseconds(1))])
        try await server.send(redis)
        _ = try await server.bodies(1)
        try await server.send(redis + redis)
        try await server.channel.testingEventLoop.executeInContext { [channel = server.channel] in
            channel.pipeline.fireChannelInactive()
        }
        await server.release()
        #expect(try await server.counters.next(Frond.Tag("order")) == 3)
    }
}
