import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Hummingbird's HTTP/1 channel with the fast lane in front of it.
struct FastLaneChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let ordinary: HTTP1Channel
    private let generators: ServedGenerators
    private let idleTimeout: TimeAmount

    init(responder: @escaping HTTPChannelHandler.Responder, generators: ServedGenerators, idleTimeout: TimeAmount) {
        ordinary = HTTP1Channel(responder: responder)
        self.generators = generators
        self.idleTimeout = idleTimeout
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        ordinary.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(
                FastLaneHandler(generators: generators, idleTimeout: idleTimeout), position: .after(decoder))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async {
        await ordinary.handle(value: value, logger: logger)
    }
}
