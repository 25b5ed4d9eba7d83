import Frond
import NIOCore

/// Answers requests that repeat an earlier hot one byte for byte, before the HTTP decoder; all else goes to it.
///
/// First in the pipeline. It answers only while the decoder is between two requests and no ordinary request is under
/// way; else every byte goes to the decoder. A request that cannot be answered at once goes to the decoder too, but for
/// requests of a counter: those that come together are one question to it, and no more is read until they are answered.
final class RepeatedRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let lane: FastLane
    /// The handler behind the decoder, which knows the decoder's reading of the bytes.
    private let decoded: FastLaneHandler
    private var repeated: RepeatedRequests
    /// The ``FastLane/settingsVersion`` of the remembered requests.
    private var version = 0
    /// True while the decoder has seen whole requests only.
    private var decoderIsBetweenRequests = true
    /// True where bytes went on since the last read was complete.
    private var hasForwarded = false
    /// The bytes behind requests that wait for a counter, or for the client to take answers; nil while none waits.
    private var heldBack: ByteBuffer?

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
        while let (length, request) = bytes.withUnsafeReadableBytes({ repeated.match($0) }) {
            if case .queued(let generator, let count) = request.source {
                guard lane.sourcesHold else { return repeated.forget() }
                if let refusal = request.gate?.admit() {
                    guard lane.refuse(refusal) else { return repeated.forget() }
                    bytes.moveReaderIndex(forwardBy: length)
                    continue
                }
                let requests = CounterRequests(
                    takenFrom: &bytes, length: length, count: count, passing: request.gate)
                heldBack = bytes
                return ask(generator, for: requests, context)
            }
            guard lane.answer(request) else { return repeated.forget() }
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
        lane.connection.noteReception(
            .init(
                completed: after.completed,
                isPartial: !after.isBetweenRequests || after.parts == before.parts))
        guard isNewRequest, decoderIsBetweenRequests, after.hot != before.hot, let last = after.lastHot,
            lane.version == version
        else { return }
        // A head and an end each: requests with bodies are not hot.
        let (requests, rest) = (after.parts &- before.parts).quotientAndRemainder(dividingBy: 2)
        if rest == 0, let request = Self.same(requests, in: bytes.readableBytesView) {
            repeated.remember(request, last)
        }
    }

    /// The request that the bytes repeat a number of times; nil where they do not. The decoder found so many requests
    /// there, and the last one ends with the bytes, so each is one of them.
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
            // No handler behind knows of this read: asking for the next one from here spares the way through all of
            // them.
            context.read()
        }
    }

    // MARK: Counters

    private func ask(
        _ generator: CounterGenerator, for requests: CounterRequests, _ context: ChannelHandlerContext
    ) {
        lane.connection.counterAsked()
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
        lane.connection.counterAnswered()
        goOn(context)
    }

    /// Goes on with the bytes behind requests that are answered, once the client takes the answers.
    private func goOn(_ context: ChannelHandlerContext) {
        guard lane.connection.mayGoOn, let rest = heldBack else { return }
        heldBack = nil
        if rest.readableBytes > 0, !lane.connection.hasEnded {
            take(rest, context)
            channelReadComplete(context: context)
        }
        // A close that had to wait comes behind the last of them.
        if heldBack == nil { lane.connection.wentOn() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        goOn(context)
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        // The client is gone: the counter's numbers are a gap.
        heldBack = nil
        context.fireChannelInactive()
    }
}

/// Requests for numbers of one counter that came together, one after the other and all the same.
struct CounterRequests: Sendable {
    /// The maximum number of numbers that are asked for together, but for a single request.
    private static let largestQuestion = 10_000

    private(set) var count = 0
    /// The number of numbers that each wants.
    let numbersEach: Int
    /// The number of numbers that they want together.
    var numbers: Int { count * numbersEach }

    init(count: Int, numbersEach: Int) {
        self.count = count
        self.numbersEach = numbersEach
    }

    /// Takes the requests that the bytes begin with; the first is known to be one.
    /// - Parameters:
    ///   - length: the length of one request, in bytes.
    ///   - count: the number of numbers that each wants.
    ///   - gate: the limits, which the first has passed; nil for none.
    init(takenFrom bytes: inout ByteBuffer, length: Int, count: Int, passing gate: RequestGate? = nil) {
        numbersEach = count
        let first = bytes.readSlice(length: length)
        self.count = 1
        while numbers + numbersEach <= Self.largestQuestion,
            bytes.getSlice(at: bytes.readerIndex, length: length) == first, gate?.admit() == nil
        {
            bytes.moveReaderIndex(forwardBy: length)
            self.count += 1
        }
    }
}
