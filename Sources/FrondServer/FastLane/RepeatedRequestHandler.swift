import Frond
import NIOCore

/// Answers requests that repeat an earlier hot one byte for byte, before the HTTP decoder; all else goes to it.
///
/// First in the pipeline. It answers only while the decoder is between two requests and no ordinary request is under
/// way; else every byte goes to the decoder. What it cannot answer at once goes to the decoder too, but for requests
/// of a counter: those that come together are one question to it, and nothing more is read until they are answered.
final class RepeatedRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let lane: FastLane
    /// Behind the decoder: tells what that made of the bytes.
    private let decoded: FastLaneHandler
    private var repeated: RepeatedRequests
    /// What ``FastLane/settingsVersion`` was for those that are remembered.
    private var version = 0
    /// Whether the decoder has seen whole requests only.
    private var decoderIsBetweenRequests = true
    /// Whether anything went on since the last read was complete.
    private var hasForwarded = false
    /// What came behind requests that wait for a counter, or for the client to take answers; nil while none waits.
    private var heldBack: ByteBuffer?
    /// Whether a counter was asked and has not answered.
    private var isAsking = false
    /// Whether somebody wanted to read meanwhile.
    private var readIsHeldBack = false

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
        if heldBack != nil {
            heldBack?.writeBuffer(&bytes)
        } else {
            take(bytes, context)
        }
    }

    private func take(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var bytes = bytes
        let isNewRequest = decoderIsBetweenRequests && lane.connection.isQuiet
        if isNewRequest { answerRepeated(&bytes, context) }
        guard heldBack == nil, bytes.readableBytes > 0 else { return }
        forward(bytes, context, isNewRequest: isNewRequest)
    }

    private func answerRepeated(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        if version != lane.settingsVersion {
            version = lane.settingsVersion
            repeated.forget()
        }
        while let (length, source) = bytes.withUnsafeReadableBytes({ repeated.match($0) }) {
            if case .queued(let generator, let count) = source {
                guard lane.sourcesHold else { return repeated.forget() }
                let requests = CounterRequests(takenFrom: &bytes, length: length, count: count)
                heldBack = bytes
                return ask(generator, for: requests, context)
            }
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
        guard isNewRequest, decoderIsBetweenRequests, after.hot != before.hot, let source = after.lastSource,
            lane.version == version
        else { return }
        // A head and an end each: requests with bodies are not hot.
        let (requests, rest) = (after.parts &- before.parts).quotientAndRemainder(dividingBy: 2)
        if rest == 0, let request = Self.same(requests, in: bytes.readableBytesView) {
            repeated.remember(request, source)
        }
    }

    /// The one request that the bytes are a number of times, if they are. As the decoder found so many requests there, and
    /// the last one ends with the bytes, each is one of them.
    private static func same(_ requests: Int, in bytes: ByteBufferView) -> ByteBufferView? {
        guard requests > 1 else { return bytes }
        guard bytes.count.isMultiple(of: requests) else { return nil }
        let length = bytes.count / requests
        let isSame = bytes.dropFirst(length).elementsEqual(bytes.dropLast(length))
        return isSame ? bytes.prefix(length) : nil
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        lane.flush()
        if hasForwarded {
            hasForwarded = false
            context.fireChannelReadComplete()
        } else if heldBack == nil, context.channel.isWritable {
            // Nobody behind knows of this read: asking for the next one from here spares the way through all of them.
            context.read()
        }
    }

    // MARK: Counters

    private func ask(
        _ generator: CounterGenerator, for requests: CounterRequests, _ context: ChannelHandlerContext
    ) {
        lane.connection.isAwaited = true
        isAsking = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        generator.requestRuns(count: requests.numbers) { outcome in
            loop.execute {
                let (handler, context) = bound.value
                handler.answer(requests, with: outcome, context)
            }
        }
    }

    private func answer(
        _ requests: CounterRequests, with outcome: Result<[NumberRun], FrondError>, _ context: ChannelHandlerContext
    ) {
        guard heldBack != nil else { return }
        do {
            try lane.answer(requests, with: outcome)
            if case .failure = outcome { repeated.forget() }
            lane.flush()
        } catch {
            context.fireErrorCaught(error)
        }
        isAsking = false
        goOn(context)
    }

    /// Goes on with what came behind requests that are answered, as soon as the client takes the answers: one that reads
    /// none would have all it asked for written to memory.
    private func goOn(_ context: ChannelHandlerContext) {
        guard !isAsking, let rest = heldBack, context.channel.isWritable || lane.connection.hasEnded else { return }
        heldBack = nil
        if rest.readableBytes > 0, !lane.connection.hasEnded {
            take(rest, context)
            channelReadComplete(context: context)
        }
        // What is to be closed is closed behind the last of them.
        if heldBack == nil { lane.connection.isAwaited = false }
        guard !lane.connection.hasEnded else { return }
        if heldBack == nil, readIsHeldBack {
            readIsHeldBack = false
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        goOn(context)
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if heldBack == nil {
            context.read()
        } else {
            readIsHeldBack = true
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Nobody waits any more: what the counter gives is a gap.
        heldBack = nil
        context.fireChannelInactive()
    }
}

/// Requests for numbers of one counter that came together, one after the other and all the same.
struct CounterRequests: Sendable {
    /// The most numbers that are asked for together, but for a single request.
    private static let largestQuestion = 10_000

    private(set) var count = 0
    /// How many numbers each wants.
    let numbersEach: Int
    /// How many they want together.
    var numbers: Int { count * numbersEach }

    /// Takes those that the bytes begin with; the first is known to be one.
    /// - Parameters:
    ///   - length: of one request, in bytes.
    ///   - count: how many numbers each wants.
    init(takenFrom bytes: inout ByteBuffer, length: Int, count: Int) {
        numbersEach = count
        let first = bytes.readSlice(length: length)
        self.count = 1
        while numbers + numbersEach <= Self.largestQuestion,
            bytes.getSlice(at: bytes.readerIndex, length: length) == first
        {
            bytes.moveReaderIndex(forwardBy: length)
            self.count += 1
        }
    }
}
