import Frond
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import FrondServer

@Suite("The end of a connection", .timeLimit(.minutes(5)))
struct ClosingTests {
    private let hot = EmbeddedServer.hot
    private let other = EmbeddedServer.get("/health/live")
    private let generators: ServedGenerators

    init() async throws {
        generators = try await EmbeddedServer.generators()
    }

    @Test("waits until a slow client has taken its answers", arguments: [CloseMode.all, .output])
    func slowClient(mode: CloseMode) throws {
        let client = SlowClient()
        let server = try EmbeddedServer(generators, answersAtOnce: true, client: client)
        try server.send(hot + other + hot)
        server.channel.close(mode: mode, promise: nil)
        #expect(server.channel.isActive)
        #expect(try server.received() == "")
        try server.send(hot)
        client.take()
        #expect(try server.bodies() == ["2", "[GET /health/live]", "3"], "and answers nothing more")
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!server.channel.isActive)
    }

    @Test("is at once where nothing is due")
    func nothingDue() throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot)
        server.channel.close(promise: nil)
        #expect(!server.channel.isActive)
        #expect(try server.bodies() == ["2"])
    }

    @Test("comes after the drain limit at the latest once the server is asked to stop")
    func drainLimit() throws {
        let server = try EmbeddedServer(generators, client: SlowClient())
        try server.send(hot + other)
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(server.channel.isActive)
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!server.channel.isActive)
    }

    @Test(
        "comes when nothing happened for the idle timeout",
        arguments: ["", "GET /api/segm", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"])
    func idle(bytes: String) throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot)
        let loop = server.channel.embeddedEventLoop
        loop.advanceTime(by: .seconds(50))
        try server.send(hot)
        loop.advanceTime(by: .seconds(50))
        #expect(server.channel.isActive)
        if !bytes.isEmpty { try server.send(bytes) }
        loop.advanceTime(by: .seconds(80))
        #expect(!server.channel.isActive)
    }

    @Test("does not come while a request waits for the server, however long")
    func waiting() throws {
        let server = try EmbeddedServer(generators)
        try server.send(other)
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        #expect(server.channel.isActive)
        server.ordinary.answer("a")
        #expect(try server.bodies() == ["a"])
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(80))
        #expect(!server.channel.isActive)
    }

    @Test("comes for a client that takes nothing for the idle timeout, though more is due")
    func takesNothing() throws {
        let server = try EmbeddedServer(generators, client: SlowClient())
        try server.send(hot + other)
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(80))
        #expect(!server.channel.isActive)
    }

    @Test("a client that reads slowly is not idle")
    func progress() {
        var watch = IdleWatch()
        var looks: [Bool] = []
        func look(activity: UInt64 = 1, unsentBytes: Int) {
            looks.append(watch.isIdle(activity: activity, unsentBytes: unsentBytes, isAnswering: true))
        }
        for unsent in stride(from: 1_000_000, to: 0, by: -10_000) {
            for _ in 0..<3 { look(unsentBytes: unsent) }
        }
        #expect(looks.count == 300 && !looks.contains(true))
        // The last value was looked at three times already.
        looks = []
        for _ in 0..<2 { look(unsentBytes: 10_000) }
        look(activity: 2, unsentBytes: 10_000)
        #expect(looks == [false, true, false])
    }

    @Test("a client that does not read is not read from")
    func backPressure() throws {
        let reads = ReadCounter()
        let server = try EmbeddedServer(generators)
        try server.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        server.channel.isWritable = false
        server.channel.read()
        #expect(reads.count == 0)
        server.channel.isWritable = true
        server.channel.pipeline.fireChannelWritabilityChanged()
        #expect(reads.count == 1)
        server.channel.read()
        #expect(reads.count == 2)
    }
}

private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
