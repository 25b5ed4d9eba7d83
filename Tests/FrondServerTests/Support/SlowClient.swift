import NIOCore

/// A client that takes nothing until it is told to: nothing leaves the channel before.
final class SlowClient: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private var context: ChannelHandlerContext?
    private var isTaking = false

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func flush(context: ChannelHandlerContext) {
        if isTaking { context.flush() }
    }

    /// Takes all there is.
    func take() {
        isTaking = true
        context?.flush()
    }
}
