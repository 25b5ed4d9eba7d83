import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Hummingbird's HTTP/1 channel with the fast lane in front of it.
struct FastLaneChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    /// So many bytes the kernel keeps that are not on their way: with more, a slow client's progress would not be seen
    /// for longer than the idle timeout.
    private static let unsentLimit = 64 << 10

    private let ordinary: HTTP1Channel
    private let generators: ServedGenerators
    private let maxCount: Int
    private let limits: ConnectionLimits
    private let security: NIOSSLContext?

    /// - Parameter security: what connections are secured with; nil for connections in the clear.
    init(
        responder: @escaping HTTPChannelHandler.Responder, generators: ServedGenerators, maxCount: Int,
        limits: ConnectionLimits, security: NIOSSLContext? = nil
    ) {
        ordinary = HTTP1Channel(responder: responder)
        self.generators = generators
        self.maxCount = maxCount
        self.limits = limits
        self.security = security
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        ordinary.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // A second read after each request would only learn that there is nothing yet.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try channel.syncOptions?.setOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: Self.unsentLimit)
            try Self.addFastLane(
                to: channel.pipeline.syncOperations, generators: generators, maxCount: maxCount, limits: limits)
            // Next to the socket, before all that reads or writes bytes.
            if let security {
                try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: security), position: .first)
            }
            return value
        }
    }

    /// Adds the fast lane to a pipeline that has NIO's HTTP decoder and encoder.
    /// - Parameter remembered: how many requests of a connection are answered by their bytes alone.
    static func addFastLane(
        to pipeline: ChannelPipeline.SynchronousOperations, generators: ServedGenerators, maxCount: Int,
        limits: ConnectionLimits, remembered: Int = RepeatedRequests.capacity
    ) throws {
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        let connection = ConnectionHandler(limits: limits)
        let lane = FastLane(connection: connection, generators: generators, maxCount: maxCount)
        let decoded = FastLaneHandler(lane: lane)
        try pipeline.addHandlers([decoded, connection], position: .after(decoder))
        try pipeline.addHandler(
            RepeatedRequestHandler(lane: lane, decoded: decoded, remembered: remembered), position: .first)
    }

    func handle(value: Value, logger: Logger) async {
        await ordinary.handle(value: value, logger: logger)
    }
}
