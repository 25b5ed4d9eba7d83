import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL

/// Hummingbird's HTTP/1 channel with the fast lane in front of it.
struct FastLaneChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let ordinary: HTTP1Channel
    private let generators: ServedGenerators
    private let maxCount: Int
    private let limits: ConnectionLimits
    private let drain: ServerDrain
    private let output: OutputBudget
    private let security: NIOSSLContext?

    /// - Parameter security: the context that secures connections; nil for connections in the clear.
    init(
        responder: @escaping HTTPChannelHandler.Responder, generators: ServedGenerators, maxCount: Int,
        limits: ConnectionLimits, drain: ServerDrain, output: OutputBudget, security: NIOSSLContext? = nil
    ) {
        ordinary = HTTP1Channel(responder: responder)
        self.generators = generators
        self.maxCount = maxCount
        self.limits = limits
        self.drain = drain
        self.output = output
        self.security = security
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try ConnectionLimits.setOptions(of: channel)
            try Self.addHTTP(
                to: pipeline,
                connection: ConnectionHandler(limits: limits, drain: drain, output: output), generators: generators,
                maxCount: maxCount)
            // What Hummingbird's own channel has behind its decoder.
            try pipeline.addHandlers(
                HTTP1ToHTTPServerCodec(secure: security != nil), HTTPConnectionStateHandler(logger: logger))
            // Next to the socket, before all that reads or writes bytes.
            if let security {
                try pipeline.addHandler(NIOSSLServerHandler(context: security), position: .first)
            }
            return try Value(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    /// Adds the encoder and the decoder of HTTP, and the fast lane.
    /// - Parameter remembered: the number of requests of a connection that are answered by their bytes alone.
    static func addHTTP(
        to pipeline: ChannelPipeline.SynchronousOperations, connection: ConnectionHandler,
        generators: ServedGenerators, maxCount: Int, remembered: Int = RepeatedRequests.capacity
    ) throws {
        let lane = FastLane(connection: connection, generators: generators, maxCount: maxCount)
        let decoded = FastLaneHandler(lane: lane)
        let decoder = ByteToMessageHandler(RequestDecoder(decoded: decoded))
        try pipeline.addHandlers(
            RepeatedRequestHandler(lane: lane, decoded: decoded, remembered: remembered), HTTPResponseEncoder(),
            decoder,
            decoded, connection)
    }

    func handle(value: Value, logger: Logger) async {
        await ordinary.handle(value: value, logger: logger)
    }
}
