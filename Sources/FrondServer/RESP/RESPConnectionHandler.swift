import Frond
import NIOCore
import NIOTLS
import RESP

/// Serves one connection of a Redis client, on its event loop.
///
/// Requests are answered one after the other. Those whose IDs are at hand are answered at once, into one buffer that is
/// written once a read; a request that has to wait for its IDs holds up those behind it. Nothing is taken for a client
/// that does not take its answers.
final class RESPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The values that all connections share.
    struct Setup: Sendable {
        let generators: ServedGenerators
        let access: AccessControl
        let maxCount: Int
        let limits: ConnectionLimits
        /// Nil for connections that may be idle for ever.
        let idle: TimeAmount?
        let budget: ConnectionBudget
        let clients: RESPClients
        /// True where every client has to prove a certificate.
        var verifiesClients = false
    }

    /// The bytes of answers beyond which they are sent before the next request is taken.
    private static let outputLimit = 32 << 10
    /// The capacity beyond which a buffer is not kept for the next read.
    private static let keptOutput = 64 << 10

    let setup: Setup
    /// False for a connection beyond the limit, which is told so.
    private let isServed: Bool
    private(set) var state = RESPConnectionStateMachine()
    private var session: RESPSession
    private var parser = RESPRequestParser()
    private var lane: RESPLane
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    /// Counts what client and server do.
    private var activity: UInt64 = 0
    /// The number of requests that were taken.
    private var taken: UInt64 = 0
    private var isTaking = false
    /// True while the server's budget counts this connection.
    private var isCounted = false
    /// True until the client has proved that it speaks TLS, where it has to.
    private var isHandshaking: Bool
    private var issuing: Task<Void, Never>?
    private var watch: RESPConnectionWatch
    private var looks: RepeatedTask?
    private var timers: [Scheduled<Void>] = []

    /// - Parameters:
    ///   - number: the number of the connection; nil for one beyond the limit.
    ///   - peer: the other end of the connection.
    ///   - isSecured: true for a connection with TLS.
    init(setup: Setup, number: Int64?, channel: any Channel, peer: PeerIdentity, isSecured: Bool = false) {
        self.setup = setup
        isHandshaking = isSecured
        isServed = number != nil
        session = RESPSession(
            facts: RESPSession.Facts(
                id: number ?? 0, localAddress: Self.text(of: channel.localAddress),
                remoteAddress: Self.text(of: channel.remoteAddress), clients: setup.clients,
                issuer: setup.generators.issuer, access: setup.access, peer: peer, maxCount: setup.maxCount))
        lane = RESPLane(generators: setup.generators, access: setup.access)
        let limits = setup.limits
        watch = RESPConnectionWatch(
            limits: .init(stall: limits.idle, request: limits.request, idle: setup.idle), now: channel.eventLoop.now)
    }

    private static func text(of address: SocketAddress?) -> String {
        guard let address, let host = address.ipAddress, let port = address.port else { return "" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let interval = watch.limits.interval
        looks = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let (handler, context) = bound.value
            handler.look(context)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        if !isServed {
            output.writeRESPError(RESPRefusal.tooManyConnections.text)
            end(context)
        }
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if isServed { setup.clients.leave() }
        state.end()
        issuing?.cancel()
        looks?.cancel()
        for timer in timers { timer.cancel() }
        timers = []
        setup.budget.forget(ObjectIdentifier(self))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !state.hasEnded else { return }
        activity &+= 1
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.discardReadBytes()
            input.writeBuffer(&bytes)
        }
        take(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush(context)
        if input.readableBytes > ConnectionBudget.leastInput || isCounted { reportHeld(context) }
        // No other handler asks for what is dropped.
        if state.hasEnded { context.read() }
        context.fireChannelReadComplete()
    }

    /// Answers the requests in hand, as far as that can be done and the client takes answers.
    private func take(_ context: ChannelHandlerContext) {
        guard !isTaking, context.channel.isWritable else { return }
        isTaking = true
        defer { isTaking = false }
        while state.mayTake {
            if output.readableBytes >= Self.outputLimit {
                flush(context)
                guard context.channel.isWritable else { return }
            }
            guard takeNext(context) else {
                if input.readableBytes == 0 { input = ByteBuffer() }
                if state.caughtUp() == .end { end(context) }
                return
            }
            taken &+= 1
        }
    }

    /// Takes the next request.
    /// - Returns: false where none is whole.
    private func takeNext(_ context: ChannelHandlerContext) -> Bool {
        if parser.isBetweenRequests, let (length, hot) = input.withUnsafeReadableBytes({ lane.match($0) }) {
            if let refusal = hot.gate?.admit() {
                input.moveReaderIndex(forwardBy: length)
                output.writeRESPError(RESPRefusal(refusal.error).text)
                return true
            }
            if case .queued(let generator, let count) = hot.source {
                let requests = CounterRequests(takenFrom: &input, length: length, count: count, passing: hot.gate)
                taken &+= UInt64(requests.count) - 1
                ask(generator, for: requests, hot, context)
                return true
            }
            if let answer = hot.source.next() {
                input.moveReaderIndex(forwardBy: length)
                hot.write(answer, to: &output)
                return true
            }
            hot.gate?.forget()
            lane.forget()
        }
        let before = input
        do throws(RESPProtocolError) {
            guard let request = try parser.next(from: &input) else { return false }
            let length = before.readableBytes - input.readableBytes
            answer(request, before.readableBytesView.prefix(length), context)
        } catch {
            output.writeRESPError(RESPRefusal(error).text)
            end(context)
        }
        return true
    }

    /// - Parameter bytes: the request as it came.
    private func answer(_ request: [ByteBuffer], _ bytes: ByteBufferView, _ context: ChannelHandlerContext) {
        let logins = session.logins
        let outcome = session.answer(request)
        // What is remembered was allowed to somebody else.
        if session.logins != logins { lane.forget() }
        switch outcome {
        case .reply(let value): output.writeRESP(value, session.version)
        case .last(let value):
            output.writeRESP(value, session.version)
            end(context)
        case .end: end(context)
        case .issue(let command, let gate):
            if let refusal = gate?.admit() { return output.writeRESPError(RESPRefusal(refusal.error).text) }
            guard var hot = lane.source(of: command) else { return issue(command, context) }
            hot.gate = gate
            if case .queued(let generator, let count) = hot.source {
                lane.remember(bytes, hot)
                ask(generator, for: CounterRequests(count: 1, numbersEach: count), hot, context)
            } else if let answer = hot.source.next() {
                lane.remember(bytes, hot)
                hot.write(answer, to: &output)
            } else {
                issue(command, context)
            }
        }
    }

    // MARK: Waiting for IDs

    private func issue(_ command: IDCommand, _ context: ChannelHandlerContext) {
        state.asked()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let issuing = RESPIssuing(issuer: setup.generators.issuer)
        self.issuing = Task {
            let answer = await issuing.answer(command)
            loop.execute {
                let (handler, context) = bound.value
                handler.answered(answer, command, context)
            }
        }
    }

    private func answered(_ answer: RESPIssuing.Answer, _ command: IDCommand, _ context: ChannelHandlerContext) {
        // The client is gone: what was taken for it is a gap.
        guard !state.hasEnded else { return }
        if answer.isWhole { lane.noteWhole(command.request.tag) }
        output.writeImmutableBuffer(answer.bytes)
        goOn(context)
    }

    private func ask(
        _ generator: CounterGenerator, for requests: CounterRequests, _ hot: HotCommand,
        _ context: ChannelHandlerContext
    ) {
        state.asked()
        let bound = NIOLoopBound((self, hot, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        generator.requestRuns(count: requests.numbers) { outcome in
            loop.execute {
                let (handler, hot, context) = bound.value
                handler.answered(requests, with: outcome, hot, context)
            }
        }
    }

    private func answered(
        _ requests: CounterRequests, with outcome: Result<[NumberRun], FrondError>, _ hot: HotCommand,
        _ context: ChannelHandlerContext
    ) {
        guard !state.hasEnded else { return }
        switch outcome {
        case .success(let runs):
            var supply = NumberSupply(runs)
            for _ in 0..<requests.count { hot.write(supply.take(Int64(requests.numbersEach)), to: &output) }
        case .failure(let error):
            // The generator may be one that was forgotten: look for it anew next time.
            lane.forget()
            let text = RESPRefusal(error).text
            for _ in 0..<requests.count { output.writeRESPError(text) }
        }
        goOn(context)
    }

    /// Goes on behind a request that had to wait.
    private func goOn(_ context: ChannelHandlerContext) {
        issuing = nil
        activity &+= 1
        state.answered()
        take(context)
        flush(context)
        readIfDue(context)
    }

    // MARK: Answers

    private func flush(_ context: ChannelHandlerContext) {
        guard output.readableBytes > 0 else { return }
        activity &+= 1
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        if output.capacity > Self.keptOutput { output = ByteBuffer() } else { output.clear() }
    }

    // MARK: Back pressure

    func read(context: ChannelHandlerContext) {
        if state.mayRead(isWritable: context.channel.isWritable) { context.read() }
    }

    private func readIfDue(_ context: ChannelHandlerContext) {
        if state.takeDueRead(isWritable: context.channel.isWritable) { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        reportHeld(context)
        if !isTaking, context.channel.isWritable {
            take(context)
            flush(context)
            readIfDue(context)
        }
        context.fireChannelWritabilityChanged()
    }

    /// Tells the server's budget what this client has not taken, or not sent to its end.
    private func reportHeld(_ context: ChannelHandlerContext) {
        isCounted = setup.budget.count(
            self, context, unread: context.channel.isWritable ? nil : unsentBytes(context),
            incomplete: input.readableBytes)
    }

    private func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        // A channel that is closed has no options any more, and nothing to send.
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: The end

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted:
            isHandshaking = false
            activity &+= 1
        case ChannelEvent.inputClosed:
            state.inputClosed()
            take(context)
            flush(context)
        case is ChannelShouldQuiesceEvent:
            state.drain()
            take(context)
            flush(context)
            close(context, in: setup.limits.drain)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Sends what is written, then says that nothing more is sent; what the client still sends is dropped until it
    /// closes, since closing with unread bytes would take back what it has not received yet.
    private func end(_ context: ChannelHandlerContext) {
        guard !state.hasEnded else { return }
        state.end()
        issuing?.cancel()
        input = ByteBuffer()
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenSuccess {
            context.close(mode: .output, promise: nil)
            self.close(context, in: ConnectionLimits.linger)
        }
        context.writeAndFlush(wrapOutboundOut(output), promise: sent)
        output = ByteBuffer()
        context.read()
    }

    /// Closes the connection, come what may, after so long.
    private func close(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        guard context.channel.isActive else { return }
        timers.append(
            context.eventLoop.assumeIsolated().scheduleTask(in: delay) { context.close(promise: nil) })
    }

    private func look(_ context: ChannelHandlerContext) {
        let isPartial = isHandshaking || (input.readableBytes > 0 && state.mayTake)
        let sight = RESPConnectionWatch.Sight(
            activity: activity, unsentBytes: unsentBytes(context), partial: isPartial ? taken : nil,
            isEnding: state.hasEnded, isAwaited: state.isAwaited)
        switch watch.look(sight, at: context.eventLoop.now) {
        case .fine: break
        case .stalled: context.close(promise: nil)
        case .idle: end(context)
        case .overdue where isHandshaking: context.close(promise: nil)
        case .overdue:
            output.writeRESPError(RESPRefusal.overdue(setup.limits.request).text)
            end(context)
        }
    }
}

extension RESPRefusal {
    fileprivate static func overdue(_ limit: TimeAmount) -> RESPRefusal {
        RESPRefusal(
            message: "Protocol error: the request was not complete within \(limit.nanoseconds / 1_000_000) ms; send it "
                + "in one piece")
    }
}
