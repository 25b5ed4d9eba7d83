import Frond
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Drives ``ConnectionState`` for one connection: between the fast lane and the ordinary server.
///
/// It ends the connection after the last answer, answers what is no HTTP request with a problem, lets answers reach a
/// slow client before the connection is closed, reads no more from a client that reads nothing, and closes connections
/// on which nothing happens. All of it runs on the connection's event loop.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a client that was told that the connection ends may go on sending until it is cut off.
    private static let lingerLimit = TimeAmount.seconds(2)

    private let limits: ConnectionLimits
    private var state = ConnectionState()
    private var requestLine = RequestLineWatch()
    private var idleWatch = IdleWatch()
    /// Counts what client and server do, for ``IdleWatch``.
    private var activity: UInt64 = 0
    private var readIsHeldBack = false
    /// Whether requests wait for answers of the fast lane. What is to be closed meanwhile is closed behind them.
    var isAwaited = false {
        didSet { if !isAwaited, let context = closing.take() { end(context) } }
    }
    /// Set where the connection is to be closed once the fast lane has answered.
    private var closing: ChannelHandlerContext?
    /// Past this context lies the socket: what is written to it is not encoded again.
    private var encoder: ChannelHandlerContext?
    private var alarms: [Scheduled<Void>] = []
    private var idleCheck: RepeatedTask?

    init(limits: ConnectionLimits) {
        self.limits = limits
    }

    /// Whether the fast lane may answer: no other request is under way.
    var isQuiet: Bool { state.isQuiet }

    /// Whether whatever else comes is dropped.
    var hasEnded: Bool { state.hasEnded }

    /// The fast lane has answered.
    func noteActivity() {
        activity &+= 1
    }

    /// Bytes are on their way to the HTTP decoder.
    func noteBytes(_ bytes: ByteBufferView) {
        requestLine.take(bytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            encoder = try context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        } catch {
            context.fireErrorCaught(error)
        }
        watchIdleness(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        encoder = nil
        closing = nil
        idleCheck?.cancel()
        idleCheck = nil
        for alarm in alarms { alarm.cancel() }
        alarms = []
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        activity &+= 1
        let isTaken: Bool
        switch unwrapInboundIn(data) {
        case .head(let head): isTaken = take(head, context)
        case .body(let bytes): isTaken = state.requestBody(bytes.readableBytes)
        case .end: isTaken = state.requestEnd()
        }
        if isTaken { context.fireChannelRead(data) }
    }

    private func take(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Bool {
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > ConnectionState.bodyLimit
        {
            perform(state.refuse(.bodyTooLarge(limit: ConnectionState.bodyLimit)), context)
            return false
        }
        if let problem = HostField.problem(of: head) {
            perform(state.refuse(problem), context)
            return false
        }
        return state.requestHead(Self.persistence(of: head))
    }

    private static func persistence(of head: HTTPRequestHead) -> ConnectionState.Persistence {
        // The decoder takes nothing after these.
        if head.method == .CONNECT || RequestDecoder.endsAfter(head) || !head.isKeepAlive { return .last }
        return head.version == .http1_0 ? .keptByName : .kept
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

    private func perform(_ action: ConnectionState.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .none: break
        case .end: end(context)
        case .refuse(let problem):
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

    // MARK: The end

    /// Says that nothing more is sent once all is sent; what the client still sends is dropped until it closes, since
    /// closing with unread bytes would take back what it has not received yet.
    private func end(_ context: ChannelHandlerContext) {
        guard !state.hasEnded else { return }
        state.end()
        context.read()
        whenAllIsSent(context) {
            context.close(mode: .output, promise: nil)
            self.close(context, in: Self.lingerLimit)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .all where isAwaited && context.channel.isActive, .output where isAwaited && context.channel.isActive:
            context.channel.closeFuture.cascade(to: promise)
            closing = context
        case .all where unsentBytes(context) == 0, .input:
            context.close(mode: mode, promise: promise)
        case .all:
            context.channel.closeFuture.cascade(to: promise)
            end(context)
        case .output:
            promise?.succeed(())
            end(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { close(context, in: limits.drain) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Closes, come what may, after so long.
    private func close(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        guard context.channel.isActive else { return }
        alarms.append(
            context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
                context.close(promise: nil)
            })
    }

    /// Calls back when the client has taken all that is written, unless the connection breaks first.
    private func whenAllIsSent(_ context: ChannelHandlerContext, _ body: @escaping () -> Void) {
        context.flush()
        guard let encoder, unsentBytes(context) > 0 else { return body() }
        let sent = context.eventLoop.makePromise(of: Void.self)
        encoder.writeAndFlush(NIOAny(ByteBuffer()), promise: sent)
        sent.futureResult.assumeIsolated().whenSuccess(body)
    }

    private func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        // A channel that is closed has no options any more, and nothing to send.
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: Back pressure

    /// A client that sends requests and reads no answers is not read from either.
    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable || state.hasEnded {
            context.read()
        } else {
            readIsHeldBack = true
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Nobody else asks for what is dropped.
        if state.hasEnded { context.read() }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if readIsHeldBack, context.channel.isWritable {
            readIsHeldBack = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Idleness

    private func watchIdleness(_ context: ChannelHandlerContext) {
        let interval = TimeAmount.nanoseconds(limits.idle.nanoseconds / Int64(IdleWatch.looksPerLimit))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { task in
            let (handler, context) = bound.value
            let isIdle = handler.idleWatch.isIdle(
                activity: handler.activity, unsentBytes: handler.unsentBytes(context),
                isAnswering: handler.state.isAnswering || handler.isAwaited)
            guard isIdle else { return }
            task.cancel()
            context.close(promise: nil)
        }
    }
}
