import Frond
import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// A call that is handed to the handlers.
struct AcceptedCall: Sendable {
    let call: Call
    let identity: PeerIdentity
    let remotePeer: String
    let localPeer: String
}

/// The calls of one connection, at the level of HTTP/2's frames.
///
/// Sits behind `NIOHTTP2Handler` without stream channels. What can be answered at once is answered here; all other
/// calls go to their handlers, as fast as the client takes the answers. However the connection ends, its calls do.
final class CallConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundIn = Never
    typealias OutboundOut = HTTP2Frame

    /// All that the connections of a server have in common.
    struct Setup: Sendable {
        let budget: TransportBudget
        let methods: [String: MethodDescriptor]
        let generators: ServedGenerators
        let door: LaneDoor
        let maxCount: Int
        /// The time that calls under way have once the connection is told to end.
        let grace: TimeAmount
        /// The age at which the connection is told to end; nil for none.
        let age: TimeAmount?
        let accept: @Sendable (AcceptedCall) -> Void
    }

    enum Entry {
        /// Headers of a call that may be answered here once its message has come.
        case hot(HPACKHeaders, CallHead)
        case open(CallRecord)
    }

    /// The payload of the PING that measures whether the client knows of the end.
    private static let endPing = HTTP2PingData(withInteger: 0x46726f6e64_456e64)
    private static let keepalivePing = HTTP2PingData(withInteger: 0x46726f6e64_4b6100)

    let setup: Setup
    let limits: TransportLimits
    let lane: RPCLane
    /// The handler before HTTP/2.
    weak var repeated: RepeatedCallHandler?
    var state: CallConnectionStateMachine
    var context: ChannelHandlerContext?
    var entries: [HTTP2StreamID: Entry] = [:]
    /// Calls with messages that have to wait, in their order.
    var waiting = CircularBuffer<HTTP2StreamID>()
    /// True since a call had to wait for the rest of the server.
    var isHeldUp = false
    var retry: Scheduled<Void>?
    /// The connection's number in the budget.
    var number = 0
    /// Bytes of answers that are being made or not sent.
    var reserved = 0
    /// The time at which the client last took something.
    var lastProgress = NIODeadline.now()
    /// Bytes that the client may still send, as HTTP/2 counts them.
    var window = 65_535
    /// Bytes that came and that no handler has.
    var held = 0
    /// The last call that was answered here since ``takeLastHot()``.
    var lastHot: (stream: UInt32, source: LaneSource)?
    private var hasHeard = false
    private var isReading = false
    private var mustFlush = false
    private var isReadHeld = false
    /// True while the server's budget counts what this connection holds.
    private var isCounted = false
    private var looks: RepeatedTask?

    init(setup: Setup) {
        self.setup = setup
        limits = setup.budget.limits
        lane = RPCLane(generators: setup.generators, door: setup.door, maxCount: setup.maxCount)
        state = CallConnectionStateMachine(limits: limits, now: .now(), age: setup.age, grace: setup.grace)
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        number = setup.budget.join { loop.execute { bound.value.takeTurn() } }
        looks = loop.scheduleRepeatedTask(initialDelay: limits.look, delay: limits.look) { _ in bound.value.look() }
        if context.channel.isActive { giveBackConnectionWindow() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { endAll() }

    func channelActive(context: ChannelHandlerContext) {
        giveBackConnectionWindow()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        endAll()
        context.fireChannelInactive()
    }

    /// Ends every call; the connection keeps nothing.
    private func endAll() {
        guard context != nil else { return }
        state.closed()
        looks?.cancel()
        retry?.cancel()
        for case .open(let record) in entries.values {
            end(record, RPCError(code: .unavailable, message: "the connection has ended"))
        }
        entries = [:]
        waiting = CircularBuffer()
        setup.budget.leave(number)
        setup.budget.connections.forget(ObjectIdentifier(self))
        context = nil
    }

    /// HTTP/2 has found an error that ends the connection, and has told the client.
    func connectionFailed() {
        guard let context else { return }
        state.closed()
        // After the frame that is being written.
        context.eventLoop.assumeIsolated().execute { [weak self] in self?.context?.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An error of one stream has been answered; one of the connection is reported by its GOAWAY.
        if error is any NIOHTTP2Error { return }
        context.close(promise: nil)
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        // A client that takes no answers sends no more requests.
        guard context.channel.isWritable else {
            isReadHeld = true
            return
        }
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, isReadHeld {
            isReadHeld = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasHeard = true
        isReading = true
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let headers): receive(headers, on: frame.streamID)
        case .data(let data): receive(data, on: frame.streamID)
        case .ping(Self.endPing, ack: true): perform(state.endWasHeard())
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if mustFlush {
            mustFlush = false
            context.flush()
        }
        reportHeld()
        context.fireChannelReadComplete()
    }

    /// Tells the server's budget of messages that came and that no handler has.
    private func reportHeld() {
        guard held > ConnectionBudget.leastInput || isCounted, let context else { return }
        isCounted = setup.budget.connections.count(self, context, unread: nil, incomplete: held)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as NIOHTTP2WindowUpdatedEvent: windowChanged(event)
        case let event as StreamClosedEvent:
            if case .open(let record) = entries.removeValue(forKey: event.streamID) {
                end(record, RPCError(code: .unavailable, message: "the stream has ended"))
            }
            perform(state.streamClosed())
        case let event as NIOHTTP2StreamCreatedEvent: state.streamOpened(Int(event.streamID))
        case is ChannelShouldQuiesceEvent:
            perform(state.beginEnd(at: .now()))
            for case .open(let record) in entries.values { record.call.cancel() }
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Calls that are answered before HTTP/2

    /// The state of the settings on which the sources of hot calls rest.
    var sourcesVersion: Int { lane.sourcesVersion }

    /// True where calls may be answered before HTTP/2: the connection is not about to end.
    var takesRepeatedCalls: Bool { context != nil && state.isOpen }

    /// Calls up to this stream were answered before HTTP/2.
    func answeredBefore(_ stream: UInt32) {
        hasHeard = true
        state.streamAnswered(Int(stream))
    }

    /// The last call that was answered here since this was last asked, and the source of its answer.
    func takeLastHot() -> (stream: UInt32, source: LaneSource)? { lastHot.take() }

    // MARK: Writing

    /// Writes a frame, to be sent at the end of a read or at once.
    func write(_ payload: HTTP2Frame.FramePayload, on stream: HTTP2StreamID, promise: EventLoopPromise<Void>? = nil) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.write(wrapOutboundOut(HTTP2Frame(streamID: stream, payload: payload)), promise: promise)
        mustFlush = true
    }

    /// Sends what was written, unless a read is under way whose end does.
    func flushOutsideOfRead() {
        guard mustFlush, !isReading, let context else { return }
        mustFlush = false
        context.flush()
    }

    // MARK: Life

    private func look() {
        let now = NIODeadline.now()
        if hasHeard {
            hasHeard = false
            state.heard(at: now)
        }
        reportHeld()
        perform(state.look(at: now))
        if reserved > 0, setup.budget.isOver, now >= lastProgress + limits.stall {
            // It takes nothing while the others wait for what it holds.
            write(.goAway(lastStreamID: .maxID, errorCode: .enhanceYourCalm, opaqueData: nil), on: .rootStream)
            flushOutsideOfRead()
            context?.close(promise: nil)
        }
    }

    private func perform(_ action: CallConnectionStateMachine.Action) {
        switch action {
        case .nothing: return
        case .announceEnd:
            repeated?.announceEnd()
            write(.ping(Self.endPing, ack: false), on: .rootStream)
        case .sendLastGoAway(let last):
            write(
                .goAway(lastStreamID: HTTP2StreamID(last), errorCode: .noError, opaqueData: nil), on: .rootStream)
            flushOutsideOfRead()
            perform(state.closeIfDone())
        case .ping: write(.ping(Self.keepalivePing, ack: false), on: .rootStream)
        case .close:
            guard let context else { return }
            // Answers that were written go out first.
            context.flush()
            context.eventLoop.assumeIsolated().execute { [weak self] in self?.context?.close(promise: nil) }
        }
        flushOutsideOfRead()
    }
}
