import NIOCore
import NIOHTTP1

/// Gives hot requests to the fast lane; all others go on to the ordinary server untouched.
///
/// Sits behind NIO's own request decoder and before ``ConnectionHandler``. While an ordinary request is under way on
/// the connection every later one follows it, so that answers keep the order of requests.
final class FastLaneHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let lane: FastLane
    /// The hot request whose end has not come.
    private var candidate: (head: HTTPRequestHead, request: HotRequest)?
    /// The decoder's reading of the bytes so far.
    private(set) var progress = Progress()

    /// The progress of the decoder and the fast lane.
    struct Progress {
        /// The number of heads, pieces of bodies, and ends.
        var parts = 0
        /// The number of requests that came whole.
        var completed: UInt64 = 0
        /// True where the last part was the end of a request.
        var isBetweenRequests = true
        /// True where the last request had no body so far and asked for another protocol, behind which NIO's decoder
        /// stops.
        var isUpgrade = false
        /// The number of hot requests: answered by the fast lane, or waiting for an answer that it gives.
        var hot = 0
        /// The last of them.
        var lastHot: HotRequest?
    }

    init(lane: FastLane) {
        self.lane = lane
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        progress.parts &+= 1
        switch unwrapInboundIn(data) {
        case .head(let head):
            progress.isBetweenRequests = false
            progress.isUpgrade = RequestDecoder.stops(behind: head)
            if lane.connection.isQuiet, let request = lane.hotRequest(for: head) {
                candidate = (head, request)
            } else {
                forward(data, context)
            }
        case .body:
            progress.isUpgrade = false
            forwardCandidate(context)
            forward(data, context)
        case .end:
            progress.isBetweenRequests = true
            progress.completed &+= 1
            let request = candidate?.request
            if let request, lane.answer(request) {
                candidate = nil
                note(request)
            } else {
                if let request, case .queued = request.source { note(request) }
                forwardCandidate(context)
                forward(data, context)
            }
        }
    }

    private func note(_ request: HotRequest) {
        progress.hot &+= 1
        progress.lastHot = request
    }

    private func forwardCandidate(_ context: ChannelHandlerContext) {
        guard let head = candidate?.head else { return }
        candidate = nil
        forward(wrapInboundOut(.head(head)), context)
    }

    private func forward(_ data: NIOAny, _ context: ChannelHandlerContext) {
        // The answers so far go first.
        lane.write()
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        candidate = nil
        lane.write()
        context.fireErrorCaught(error)
    }
}
