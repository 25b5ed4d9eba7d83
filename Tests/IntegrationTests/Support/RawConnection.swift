import Foundation
import NIOCore
import NIOPosix

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
        var received = ""
        do {
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: text))
                for try await buffer in inbound {
                    received += String(buffer: buffer)
                    if received.hasSuffix(end) { break }
                }
            }
        } catch ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed {
            // The server was first to close.
        } catch let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE {
            // The server closed with part of the request unread.
        }
        return received
    }
}
