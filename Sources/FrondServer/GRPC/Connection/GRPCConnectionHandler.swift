import NIOCore

/// The duty that gRPC leaves to others on the connections it accepts: that a client which does not answer holds nothing
/// up, neither by saying nothing at first nor when the server shuts down.
final class GRPCConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// The time that a client has to say that it speaks HTTP/2.
    private static let prefaceLimit = TimeAmount.seconds(10)
    /// The length of what it says then.
    private static let prefaceLength = 24

    private let drainLimit: TimeAmount
    private var prefaceBytes = 0
    private var timeout: Scheduled<Void>?

    init(drainLimit: TimeAmount) {
        self.drainLimit = drainLimit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        close(context, in: Self.prefaceLimit)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timeout?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if prefaceBytes < Self.prefaceLength {
            prefaceBytes += unwrapInboundIn(data).readableBytes
            if prefaceBytes >= Self.prefaceLength { timeout?.cancel() }
        }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // gRPC tells the client, and would wait for its answer without a bound.
        if event is ChannelShouldQuiesceEvent { close(context, in: drainLimit) }
        context.fireUserInboundEventTriggered(event)
    }

    private func close(_ context: ChannelHandlerContext, in limit: TimeAmount) {
        timeout?.cancel()
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
    }
}
