import NIOCore

/// Answers requests that repeat an earlier hot one byte for byte, before the HTTP decoder; all else goes to it.
///
/// First in the pipeline. It answers only while the decoder is between two requests and no ordinary request is under
/// way; else every byte goes to the decoder. What it cannot answer at once goes to the decoder too.
final class RepeatedRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let lane: FastLane
    /// Behind the decoder: tells what that made of the bytes.
    private let decoded: FastLaneHandler
    private var repeated: RepeatedRequests
    /// Whether the decoder has seen whole requests only.
    private var decoderIsBetweenRequests = true
    /// Whether anything went on since the last read was complete.
    private var hasForwarded = false

    init(lane: FastLane, decoded: FastLaneHandler, remembered: Int) {
        repeated = RepeatedRequests(capacity: remembered)
        self.lane = lane
        self.decoded = decoded
    }

    func handlerAdded(context: ChannelHandlerContext) {
        lane.socket = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        lane.socket = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if lane.connection.hasEnded {
            hasForwarded = true
            return
        }
        var bytes = unwrapInboundIn(data)
        let isNewRequest = decoderIsBetweenRequests && lane.connection.isQuiet
        if isNewRequest { answerRepeated(&bytes) }
        guard bytes.readableBytes > 0 else { return }
        forward(bytes, context, isNewRequest: isNewRequest)
    }

    private func answerRepeated(_ bytes: inout ByteBuffer) {
        while let (length, source) = bytes.withUnsafeReadableBytes({ repeated.match($0) }) {
            guard lane.answer(from: source) else { return repeated.forget() }
            bytes.moveReaderIndex(forwardBy: length)
        }
    }

    private func forward(_ bytes: ByteBuffer, _ context: ChannelHandlerContext, isNewRequest: Bool) {
        hasForwarded = true
        lane.connection.noteBytes(bytes.readableBytesView)
        let before = decoded.progress
        context.fireChannelRead(wrapInboundOut(bytes))
        let after = decoded.progress
        // Nothing of a next request has come: its first bytes could not end with an empty line.
        decoderIsBetweenRequests =
            after.isBetweenRequests && bytes.readableBytesView.suffix(4).elementsEqual("\r\n\r\n".utf8)
        let wasOneRequest = isNewRequest && decoderIsBetweenRequests && after.parts == before.parts &+ 2
        if wasOneRequest, after.answers == before.answers &+ 1, let source = after.lastSource {
            repeated.remember(bytes.readableBytesView, source)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        lane.flush()
        if hasForwarded {
            hasForwarded = false
            context.fireChannelReadComplete()
        } else if context.channel.isWritable {
            // Nobody behind knows of this read: asking for the next one from here spares the way through all of them.
            context.read()
        }
    }
}
