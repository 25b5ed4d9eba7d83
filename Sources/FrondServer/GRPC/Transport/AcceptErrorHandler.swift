import Logging
import NIOCore

/// Logs a connection that could not be accepted for another reason than a want of resources.
final class AcceptErrorHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.error("cannot accept a gRPC connection", metadata: ["error": "\(error)"])
        context.fireErrorCaught(error)
    }
}
