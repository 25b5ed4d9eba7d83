import NIOCore
import NIOHTTP1

/// Stands where Hummingbird does: notes the requests that come so far, and answers them at once or when told to.
///
/// The answer says what was asked for, so that two runs with the same requests have the same answers.
final class OrdinaryServer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private(set) var requests: [HTTPRequestHead] = []
    private(set) var bodies: [String] = []
    /// Whole requests that are not answered yet.
    private(set) var waiting: [HTTPRequestHead] = []
    private(set) var errors: [any Error] = []
    private(set) var hasSeenEnd = false
    private let answersAtOnce: Bool
    private var context: ChannelHandlerContext?

    init(answersAtOnce: Bool) {
        self.answersAtOnce = answersAtOnce
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            requests.append(head)
            bodies.append("")
        case .body(let bytes):
            bodies[bodies.count - 1] += String(buffer: bytes)
        case .end:
            if let head = requests.last { waiting.append(head) }
            if answersAtOnce { answer() }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { hasSeenEnd = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        errors.append(error)
    }

    /// Answers the first request that waits.
    func answer(_ text: String? = nil) {
        guard let context, let head = waiting.first else { return }
        waiting.removeFirst()
        let body = ByteBuffer(string: text ?? "[\(head.method) \(head.uri)]")
        let headers: HTTPHeaders = ["content-length": "\(body.readableBytes)"]
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
