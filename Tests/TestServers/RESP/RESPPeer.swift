import NIOCore
import NIOPosix
package import RESP

/// A Redis client that sends what a test wants and takes what comes.
///
/// What it does not take stays with the server, beside what the kernel holds.
package final class RESPPeer {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var buffer = ByteBuffer()
    private var parser = RESPReplyParser()

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Connects and runs some work.
    package static func connect<Output>(
        port: Int, _ work: (RESPPeer) async throws -> Output
    ) async throws -> Output {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await work(RESPPeer(inbound, outbound))
        }
    }

    package func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    package func send(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    /// Ends the sending side.
    package func finish() { outbound.finish() }

    /// The next reply; nil at the end of the connection.
    package func reply() async throws -> RESPValue? {
        // Other tests go on, however many replies are in hand.
        await Task.yield()
        while true {
            if let value = try parser.next(from: &buffer) { return value }
            guard let bytes = try? await inbound.next(isolation: #isolation) else { return nil }
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Sends a command and returns its reply; nil where the connection ends first.
    package func ask(_ words: String...) async throws -> RESPValue? { try await ask(words) }

    package func ask(_ words: [String]) async throws -> RESPValue? {
        var request = ByteBuffer()
        request.writeRESPRequest(words)
        try await outbound.write(request)
        return try await reply()
    }
}
