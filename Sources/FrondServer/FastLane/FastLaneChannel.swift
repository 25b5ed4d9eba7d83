import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOSSL

/// Hummingbird's HTTP/1 channel with the fast lane in front of it.
struct FastLaneChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let ordinary: HTTP1Channel
    private let generators: ServedGenerators
    private let maxCount: Int
    private let idleTimeout: TimeAmount
    private let security: NIOSSLContext?

    /// - Parameter security: what connections are secured with; nil for connections in the clear.
    init(
        responder: @escaping HTTPChannelHandler.Responder, generators: ServedGenerators, maxCount: Int,
        idleTimeout: TimeAmount, security: NIOSSLContext? = nil
    ) {
        ordinary = HTTP1Channel(responder: responder)
        self.generators = generators
        self.maxCount = maxCount
        self.idleTimeout = idleTimeout
        self.security = security
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        ordinary.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // A second read after each request would only learn that there is nothing yet.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(
                FastLaneHandler(generators: generators, maxCount: maxCount, idleTimeout: idleTimeout),
                position: .after(decoder))
            // Next to the socket, whatever else is in the pipeline.
            if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security), position: .first) }
            return value
        }
    }

    func handle(value: Value, logger: Logger) async {
        await ordinary.handle(value: value, logger: logger)
    }
}
