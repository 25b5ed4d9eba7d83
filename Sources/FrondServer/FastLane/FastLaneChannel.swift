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
    /// A connection, and its other end.
    struct Value: ServerChildChannelValue {
        let http: HTTP1Channel.Value
        let peer: PeerIdentity

        var channel: any Channel { http.channel }
    }

    private let ordinary: HTTP1Channel
    private let generators: ServedGenerators
    private let access: AccessControl
    private let live: LiveSettings
    private let servesIDs: Bool
    private let maxCount: Int
    private let limits: ConnectionLimits
    private let drain: ServerDrain
    private let budget: ConnectionBudget
    private let tls: LiveTLS?

    /// - Parameters:
    ///   - servesIDs: false for a listener that hands out no IDs.
    ///   - tls: secures connections; nil for connections in the clear.
    init(
        responder: @escaping HTTPChannelHandler.Responder, generators: ServedGenerators, access: AccessControl,
        live: LiveSettings, servesIDs: Bool, maxCount: Int, limits: ConnectionLimits, drain: ServerDrain,
        budget: ConnectionBudget, tls: LiveTLS?
    ) {
        ordinary = HTTP1Channel(responder: responder)
        self.generators = generators
        self.maxCount = maxCount
        self.limits = limits
        self.drain = drain
        self.budget = budget
        self.tls = tls
        self.access = access
        self.live = live
        self.servesIDs = servesIDs
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try ConnectionLimits.setOptions(of: channel)
            let verifiesClients = tls?.verifiesClients == true
            let peer = PeerIdentity(channel.remoteAddress, isVerified: verifiesClients)
            try Self.addHTTP(
                to: pipeline,
                connection: ConnectionHandler(limits: limits, drain: drain, budget: budget), generators: generators,
                door: LaneDoor(access: access, peer: peer, live: live, servesIDs: servesIDs), maxCount: maxCount)
            // What Hummingbird's own channel has behind its decoder.
            try pipeline.addHandlers(
                HTTP1ToHTTPServerCodec(secure: tls != nil), HTTPConnectionStateHandler(logger: logger))
            // Next to the socket, before all that reads or writes bytes.
            if let tls {
                if verifiesClients { try pipeline.addHandler(PeerCertificateHandler(peer), position: .first) }
                try pipeline.addHandler(NIOSSLServerHandler(context: tls.context), position: .first)
            }
            let http = try HTTP1Channel.Value(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            return Value(http: http, peer: peer)
        }
    }

    /// Adds the encoder and the decoder of HTTP, and the fast lane.
    /// - Parameter remembered: the number of requests of a connection that are answered by their bytes alone.
    static func addHTTP(
        to pipeline: ChannelPipeline.SynchronousOperations, connection: ConnectionHandler,
        generators: ServedGenerators, door: LaneDoor, maxCount: Int, remembered: Int = RepeatedRequests.capacity
    ) throws {
        let lane = FastLane(connection: connection, generators: generators, door: door, maxCount: maxCount)
        let decoded = FastLaneHandler(lane: lane)
        let decoder = ByteToMessageHandler(RequestDecoder(decoded: decoded))
        try pipeline.addHandlers(
            RepeatedRequestHandler(lane: lane, decoded: decoded, remembered: remembered), HTTPResponseEncoder(),
            decoder,
            decoded, connection)
    }

    func handle(value: Value, logger: Logger) async {
        await PeerIdentity.$current.withValue(value.peer) {
            await ordinary.handle(value: value.http, logger: logger)
        }
    }
}
