import NIOCore
import NIOHPACK
import NIOHTTP2

/// Keeps from grpc-swift the headers that it traps on: a negative `grpc-timeout` would end the process.
final class CallHeadGuard: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    static let timeoutHeader = "grpc-timeout"
    static let malformed = "malformed grpc-timeout; use one value of 1 to 8 digits and H, M, S, m, u or n"

    /// True once a call is refused: what else comes of it is dropped.
    private var isRefused = false

    /// Adds the guard in front of grpc-swift's handler of a stream.
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(CallHeadGuard(), position: .first)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        guard case .headers(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        let values = head.headers[Self.timeoutHeader]
        guard !values.isEmpty else { return context.fireChannelRead(data) }
        guard values.count == 1, let timeout = CallTimeout(values[0]) else { return refuse(context) }
        head.headers.replaceOrAdd(name: Self.timeoutHeader, value: timeout.shortForm)
        context.fireChannelRead(wrapInboundOut(.headers(head)))
    }

    private func refuse(_ context: ChannelHandlerContext) {
        isRefused = true
        let headers: HPACKHeaders = [
            ":status": "200", "content-type": "application/grpc", "grpc-status": "3",
            "grpc-message": Self.malformed,
        ]
        context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: headers, endStream: true))), promise: nil)
        context.close(promise: nil)
    }
}
