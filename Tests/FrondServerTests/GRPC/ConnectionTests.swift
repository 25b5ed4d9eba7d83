import Frond
import FrondAPI
import FrondServer
import FrondTesting
import GRPCCore
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import FrondServer

@Suite("A connection by gRPC", .timeLimit(.minutes(5)))
struct ConnectionTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static func frame(_ type: UInt8, flags: UInt8 = 0, _ payload: [UInt8]) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xff), type, flags, 0, 0, 0, 0] + payload
    }

    private static func ping(_ number: UInt8, flags: UInt8 = 0) -> [UInt8] {
        frame(6, flags: flags, [0, 0, 0, 0, 0, 0, 0, number])
    }

    private static let settings = frame(4, [])

    @Test("is closed where the client says nothing, in time")
    func silence() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(GRPCConnectionHandler(drainLimit: .seconds(3)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(bytes: Self.preface.dropLast()))
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("goes on while the client speaks, and is closed by the drain limit when the server shuts down")
    func drain() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(GRPCConnectionHandler(drainLimit: .seconds(3)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(bytes: Self.preface))
        channel.embeddedEventLoop.advanceTime(by: .seconds(3600))
        #expect(channel.isActive)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("lives through a thousand PINGs, as that of Go's client sends them")
    func manyPings() async throws {
        try await TestServer().whileRunning { running in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: running.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(bytes: Self.preface + Self.settings))
                var received = 0
                var iterator = inbound.makeAsyncIterator()
                for round in 0..<10 {
                    let pings = (0..<100).flatMap { _ in Self.ping(UInt8(round)) }
                    try await outbound.write(ByteBuffer(bytes: pings))
                    while received < 100 * (round + 1) * 17, let bytes = try await iterator.next() {
                        received += bytes.readableBytes
                    }
                    #expect(received >= 100 * (round + 1) * 17)
                }
            }
        }
    }

    @Test("of a client that never answers does not hold up the end of the server")
    func silentClient() async throws {
        var server = TestServer()
        server.configuration.drainLimit = .milliseconds(200)
        let channel = try await server.whileRunning { running in
            try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: running.port).get()
        }
        try await channel.closeFuture.get()
    }
}
