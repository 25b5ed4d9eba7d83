import NIOCore

/// Answers PINGs, and calls that repeat an earlier hot one byte for byte, before HTTP/2; all else goes to it.
///
/// The twin of ``RepeatedRequestHandler``, for gRPC.
final class RepeatedCallHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The bytes of answers for each byte of a call, about.
    private static let growth = 3

    /// The handler behind HTTP/2, which knows HTTP/2's reading of the bytes.
    private let decoded: CallConnectionHandler
    private var frames = FrameLane()
    /// The ``CallConnectionHandler/sourcesVersion`` of the remembered calls.
    private var version = 0
    private var context: ChannelHandlerContext?
    private var hasForwarded = false
    private var hasWritten = false

    /// The last stream that was answered here.
    var lastAnswered: UInt32 { frames.lastAnswered }

    init(decoded: CallConnectionHandler) {
        self.decoded = decoded
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(unwrapInboundIn(data), context)
    }

    private func take(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        if version != decoded.sourcesVersion {
            version = decoded.sourcesVersion
            frames.forget()
        }
        var output = ByteBuffer()
        if !frames.isEmpty { output = context.channel.allocator.buffer(capacity: Self.growth * bytes.readableBytes) }
        let before = frames.lastAnswered
        let rest = frames.take(
            bytes,
            .init(answersCalls: decoded.takesRepeatedCalls, answersPings: context.channel.isWritable), output: &output)
        if output.readableBytes > 0 {
            context.write(wrapOutboundOut(output), promise: nil)
            hasWritten = true
        }
        if frames.lastAnswered > before { decoded.answeredBefore(frames.lastAnswered) }
        if frames.isBroken {
            context.flush()
            return context.close(promise: nil)
        }
        guard rest.readableBytes > 0 else { return }
        hasForwarded = true
        context.fireChannelRead(wrapInboundOut(rest))
        if let (stream, source) = decoded.takeLastHot(), version == decoded.sourcesVersion {
            frames.remember(stream, source)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasForwarded {
            hasForwarded = false
            context.fireChannelReadComplete()
        }
        guard hasWritten else { return }
        hasWritten = false
        context.flush()
    }

    /// Tells the client to begin no more calls; those on their way are taken.
    ///
    /// HTTP/2 is not told: once it has written a GOAWAY it takes no new stream, whatever the frame says.
    func announceEnd() {
        var frame = ByteBuffer()
        frame.writeGoAway(lastStream: UInt32(Int32.max), code: 0)
        context?.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    // MARK: What HTTP/2 writes

    func headersWritten() { frames.headersWritten() }

    func dataWritten(_ bytes: Int) {
        guard frames.dataWritten(bytes), let context else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        // After the frame that is being written.
        context.eventLoop.execute {
            let (handler, context) = bound.value
            guard handler.context != nil else { return }
            handler.take(ByteBuffer(), context)
            handler.channelReadComplete(context: context)
        }
    }
}
