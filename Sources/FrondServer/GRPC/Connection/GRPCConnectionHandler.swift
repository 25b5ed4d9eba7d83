import NIOCore

/// The duties that gRPC leaves to others on the connections it accepts: that PINGs are answered however many come, and
/// that a client which does not answer holds nothing up, neither by saying nothing at first nor when the server shuts
/// down.
final class GRPCConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The time that a client has to say that it speaks HTTP/2.
    private static let prefaceLimit = TimeAmount.seconds(10)

    private let drainLimit: TimeAmount
    private var pings = PingFilter()
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
        let hadBegun = pings.hasBegun
        var answered = false
        let rest = pings.take(unwrapInboundIn(data)) { ping in
            // Who takes no answers gets none: what waits is bounded, and NIO counts the rest.
            guard context.channel.isWritable else { return false }
            context.write(wrapOutboundOut(PingFilter.answer(to: ping, context.channel.allocator)), promise: nil)
            answered = true
            return true
        }
        if answered { context.flush() }
        if !hadBegun, pings.hasBegun { timeout?.cancel() }
        if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
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
