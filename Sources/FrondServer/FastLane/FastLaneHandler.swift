import Frond
import NIOCore
import NIOHTTP1

/// Answers the hot routes on the event loop; all else goes on to the ordinary server untouched.
///
/// Sits behind NIO's own request decoder and before Hummingbird. A hot GET without a body gets its ID synchronously
/// and a preformatted response, written past the response encoder and flushed once per read. While an ordinary
/// request is under way on the connection every later one follows it, so that answers keep the order of requests.
///
/// It also closes connections on which nothing happens for `idleTimeout`: half a request, a client that does not
/// read, or no request at all.
final class FastLaneHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Beyond so many bytes of answers in one read a request takes the ordinary route, which waits for the client.
    private static let outputLimit = 256 << 10

    private let generators: ServedGenerators
    private let maxCount: Int
    private let idleTimeout: TimeAmount
    /// Past this context lies the socket: what is written to it is not encoded again.
    private var socket: ChannelHandlerContext?
    private var response = ResponseHead()
    private var output = ByteBuffer()
    /// A hot request whose end has not come yet.
    private var candidate: HTTPRequestHead?
    /// The last hot path asked for and its source: a client mostly asks for one tag again and again.
    private var hotPath = ""
    private var hotSource: HotSource?
    /// Ordinary requests that are not answered yet.
    private var ordinaryRequests = 0
    private var readIsHeldBack = false
    private var lastActivity = NIODeadline.now()
    private var idleCheck: Scheduled<Void>?

    init(generators: ServedGenerators, maxCount: Int, idleTimeout: TimeAmount) {
        self.generators = generators
        self.maxCount = maxCount
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            socket = try context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        } catch {
            context.fireErrorCaught(error)
        }
        checkIdleness(context, at: lastActivity + idleTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        socket = nil
        idleCheck?.cancel()
        idleCheck = nil
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if ordinaryRequests == 0, isHot(head) {
                candidate = head
            } else {
                lastActivity = .now()
                ordinaryRequests += 1
                context.fireChannelRead(data)
            }
        case .body:
            lastActivity = .now()
            forwardCandidate(context)
            context.fireChannelRead(data)
        case .end:
            if candidate != nil, output.readableBytes < Self.outputLimit,
                hotSource?.write(to: &output, head: &response) == true
            {
                candidate = nil
            } else {
                forwardCandidate(context)
                context.fireChannelRead(data)
            }
        }
    }

    /// Whether the request may be answered here; its source is then `hotSource`.
    private func isHot(_ head: HTTPRequestHead) -> Bool {
        guard HotRoute.isPlain(head) else { return false }
        if head.uri == hotPath, hotSource != nil { return true }
        guard let route = HotRoute(path: head.uri, maxCount: maxCount), let source = generators.source(for: route)
        else {
            return false
        }
        hotPath = head.uri
        hotSource = source
        return true
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if output.readableBytes > 0 || candidate != nil { lastActivity = .now() }
        writeOutput(flush: true)
        context.fireChannelReadComplete()
    }

    private func forwardCandidate(_ context: ChannelHandlerContext) {
        guard let candidate else { return }
        self.candidate = nil
        // The generator may be one that was forgotten: look for it anew next time.
        hotSource = nil
        ordinaryRequests += 1
        context.fireChannelRead(wrapInboundOut(.head(candidate)))
    }

    // MARK: Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        lastActivity = .now()
        writeOutput(flush: false)
        if case .end = unwrapOutboundIn(data) { ordinaryRequests -= 1 }
        context.write(data, promise: promise)
    }

    private func writeOutput(flush: Bool) {
        guard output.readableBytes > 0, let socket else { return }
        if flush {
            socket.writeAndFlush(NIOAny(output), promise: nil)
        } else {
            socket.write(NIOAny(output), promise: nil)
        }
        output.clear()
    }

    // MARK: Back pressure

    /// A client that sends requests and reads no answers is not read from either.
    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            context.read()
        } else {
            readIsHeldBack = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if readIsHeldBack, context.channel.isWritable {
            readIsHeldBack = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Idleness

    private func checkIdleness(_ context: ChannelHandlerContext, at deadline: NIODeadline) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleTask(deadline: deadline) {
            let (handler, context) = bound.value
            let end = handler.lastActivity + handler.idleTimeout
            if end <= .now() {
                context.close(promise: nil)
            } else {
                handler.checkIdleness(context, at: end)
            }
        }
    }
}
