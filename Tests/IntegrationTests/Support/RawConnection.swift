import NIOCore
import NIOPosix
import Testing

/// A TCP connection that sends what it is told, for what no HTTP client would do.
struct RawConnection {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    init(port: Int) async throws {
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// Sends the text and returns what comes back, until it ends with `end` or the server closes.
    func exchange(_ text: String, until end: String) async throws -> String {
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var received = ""
            for try await buffer in inbound {
                received += String(buffer: buffer)
                if received.hasSuffix(end) { break }
            }
            return received
        }
    }

    /// Sends the text and keeps the connection open while `body` runs.
    func hold(_ text: String, while body: () async throws -> Void) async throws {
        try await channel.executeThenClose { _, outbound in
            if !text.isEmpty { try await outbound.write(ByteBuffer(string: text)) }
            try await body()
        }
    }
}
