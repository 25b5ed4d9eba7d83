import NIOCore
import NIOHTTP1

/// Hands what a channel receives to its ``BenchmarkConnection``.
final class ResponseHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let wire: RequestWire
    private let connection: BenchmarkConnection
    private var error: (any Error)?
    /// The time of the answers that are read at once: taken once for all.
    private var now: NIODeadline?

    init(wire: RequestWire, connection: BenchmarkConnection) {
        self.wire = wire
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        connection.became(wire)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            connection.received(head)
        case .body(let body):
            connection.received(body)
        case .end:
            let now = now ?? .now()
            self.now = now
            connection.receivedEnd(at: now)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        now = nil
        connection.readComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = self.error ?? error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.lost(wire, error: error)
    }
}
