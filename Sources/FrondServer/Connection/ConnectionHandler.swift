import Frond
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Drives ``ConnectionStateMachine`` for one connection: between the fast lane and the ordinary server.
///
/// It ends the connection after the last answer, answers what is not an HTTP request with a problem, passes a request
/// with a body on once it is complete, lets answers reach a slow client before the connection is closed, and does not
/// read from a client that takes nothing. All of it runs on the connection's event loop.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    let limits: ConnectionLimits
    private let drain: ServerDrain
    private let budget: ConnectionBudget
    private(set) var state = ConnectionStateMachine()
    private var requestLine = RequestLineWatch()
    private(set) var reception = Reception()
    /// Counts what client and server do, for ``IdleWatch``.
    private(set) var activity: UInt64 = 0
    /// The bytes of requests that came since the last one was complete, at least.
    private var incoming = 0
    private var lastIncoming = 0
    /// True while the server's budget counts this connection.
    private var isCounted = false
    /// The parts of a request with a body that is not complete.
    private var kept: [HTTPServerRequestPart] = []
    private var context: ChannelHandlerContext?
    /// The socket lies past this context: what is written to it is not encoded again.
    private var encoder: ChannelHandlerContext?
    private var timers: ConnectionTimers?

    /// The state of the requests that are on their way in.
    struct Reception {
        /// The number of requests that came whole.
        var completed: UInt64 = 0
        /// True while a request has begun and is not complete.
        var isPartial = false
    }

    init(limits: ConnectionLimits, drain: ServerDrain, budget: ConnectionBudget) {
        self.limits = limits
        self.drain = drain
        self.budget = budget
    }

    /// True while the fast lane may answer: no other request is under way, and the connection goes on.
    var isQuiet: Bool { state.isQuiet && !drain.isDraining }

    /// True once the connection drops further input.
    var hasEnded: Bool { state.hasEnded }

    /// The fast lane has answered.
    func noteActivity() {
        activity &+= 1
    }

    /// Bytes are on their way to the HTTP decoder.
    func noteBytes(_ bytes: ByteBufferView) {
        requestLine.take(bytes)
        lastIncoming = bytes.count
        incoming += bytes.count
    }

    /// The HTTP decoder has taken bytes.
    func noteReception(_ reception: Reception) {
        if reception.completed != self.reception.completed { incoming = lastIncoming }
        if !reception.isPartial { incoming = 0 }
        self.reception = reception
        if reception.isPartial { timers?.requestBegan(self) }
        if let context, incoming > ConnectionBudget.leastInput || isCounted { reportHeld(context) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        do {
            encoder = try context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        } catch {
            context.fireErrorCaught(error)
        }
        let timers = ConnectionTimers(context, limits: limits)
        timers.start(self)
        self.timers = timers
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        encoder = nil
        timers?.cancel()
        timers = nil
        budget.forget(ObjectIdentifier(self))
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        activity &+= 1
        let part = unwrapInboundIn(data)
        let passing: ConnectionStateMachine.Passing
        switch part {
        case .head(let head): passing = take(head, context)
        case .body(let bytes): passing = state.requestBody(bytes.readableBytes)
        case .end: passing = state.requestEnd()
        }
        switch passing {
        case .pass: context.fireChannelRead(data)
        case .keep: kept.append(part)
        case .keepAndContinue:
            kept.append(part)
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        case .drop: break
        case .refuse: perform(state.refuse(.bodyTooLarge(limit: ConnectionLimits.bodyBytes)), context)
        case .passAll:
            let parts = kept
            kept = []
            for part in parts { context.fireChannelRead(wrapInboundOut(part)) }
            context.fireChannelRead(data)
        }
    }

    private func take(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> ConnectionStateMachine.Passing {
        let request = ConnectionStateMachine.Request(head)
        if (request.declaredLength ?? 0) <= ConnectionLimits.bodyBytes, let problem = HostField.problem(of: head) {
            perform(state.refuse(problem), context)
            return .drop
        }
        return state.requestHead(request, isLast: drain.isDraining)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            // What comes after an error is reported once more; it is dropped.
            if !(error is ByteToMessageDecoderError) { context.fireErrorCaught(error) }
            return
        }
        perform(state.refuse(Problem(error, inRequestLine: requestLine.isOverlong)), context)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        activity &+= 1
        switch unwrapOutboundIn(data) {
        case .head(var head):
            // Here, where no route can forget it: a cache would hand one ID to two callers.
            head.headers.replaceOrAdd(name: "cache-control", value: "no-store")
            switch state.persistence {
            case .kept: break
            case .keptByName: head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
            case .last: head.headers.replaceOrAdd(name: "connection", value: "close")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            perform(state.answerEnd(), context)
        }
    }

    private func perform(_ action: ConnectionStateMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .none: break
        case .end: end(context)
        case .refuse(let problem):
            kept = []
            do {
                try write(problem, context)
            } catch {
                context.fireErrorCaught(error)
            }
            end(context)
        }
    }

    private func write(_ problem: Problem, _ context: ChannelHandlerContext) throws {
        let body = try problem.json()
        let headers: HTTPHeaders = [
            "content-type": Problem.contentType, "content-length": "\(body.readableBytes)",
            "cache-control": "no-store", "date": ResponseHead.currentDate, "connection": "close",
        ]
        let status = HTTPResponseStatus(statusCode: problem.status.code, reasonPhrase: problem.status.reasonPhrase)
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    // MARK: Counters

    /// The fast lane waits for a counter.
    func counterAsked() {
        state.counterAsked()
    }

    /// The counter has answered the fast lane.
    func counterAnswered() {
        state.counterAnswered()
    }

    /// True where the fast lane may take the bytes behind requests that waited.
    var mayGoOn: Bool {
        context.map { state.mayGoOn(isWritable: $0.channel.isWritable) } ?? false
    }

    /// The fast lane has answered all that waited: ends or reads, where that had to wait.
    func wentOn() {
        guard let context else { return }
        perform(state.wentOn(), context)
        if !hasEnded, state.takeDueRead(isWritable: context.channel.isWritable) { context.read() }
    }

    // MARK: Time

    /// The request on its way in takes longer than its limit.
    func requestIsOverdue() {
        guard let context else { return }
        perform(state.refuse(.requestTimeout(limits.request)), context)
    }

    func grewOld() {
        state.grewOld()
    }

    /// Ends the connection where it is over its age and has no request.
    func endIfAgedAndIdle() {
        if let context, state.isAgedAndIdle { end(context) }
    }

    // MARK: The end

    /// Says that nothing more is sent once all is sent; what the client still sends is dropped until it closes, since
    /// closing with unread bytes would take back what it has not received yet.
    private func end(_ context: ChannelHandlerContext) {
        guard !state.hasEnded else { return }
        state.end()
        kept = []
        context.read()
        whenAllIsSent(context) {
            context.close(mode: .output, promise: nil)
            self.timers?.close(in: ConnectionLimits.linger)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .input else { return context.close(mode: mode, promise: promise) }
        let isWhole = mode == .all
        switch state.close(
            isWhole: isWhole, unsentBytes: unsentBytes(context), isActive: context.channel.isActive)
        {
        case .atOnce: context.close(mode: mode, promise: promise)
        case .later: context.channel.closeFuture.cascade(to: promise)
        case .afterUnsent:
            if isWhole { context.channel.closeFuture.cascade(to: promise) } else { promise?.succeed(()) }
            end(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { timers?.close(in: limits.drain) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Calls back when the client has taken all that is written, unless the connection breaks first.
    private func whenAllIsSent(_ context: ChannelHandlerContext, _ body: @escaping () -> Void) {
        context.flush()
        guard let encoder, unsentBytes(context) > 0 else { return body() }
        let sent = context.eventLoop.makePromise(of: Void.self)
        encoder.writeAndFlush(NIOAny(ByteBuffer()), promise: sent)
        sent.futureResult.assumeIsolated().whenSuccess(body)
    }

    func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        // A channel that is closed has no options any more, and nothing to send.
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: Back pressure

    func read(context: ChannelHandlerContext) {
        if state.mayRead(isWritable: context.channel.isWritable) { context.read() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // The ordinary server does not ask for what is dropped.
        if state.hasEnded { context.read() }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        reportHeld(context)
        if state.takeDueRead(isWritable: context.channel.isWritable) { context.read() }
        context.fireChannelWritabilityChanged()
    }

    /// Tells the server's budget what this client has not taken, or not sent to its end.
    private func reportHeld(_ context: ChannelHandlerContext) {
        isCounted = budget.count(
            self, context, unread: context.channel.isWritable ? nil : unsentBytes(context), incomplete: incoming)
    }
}
