import GRPCCore
import Logging
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization

/// Frond's server transport for grpc-swift: HTTP/2 at the level of frames, with a budget for what clients have in hand.
final class GRPCServerTransport: ServerTransport {
    typealias Bytes = MessageBytes

    struct Settings: Sendable {
        var address: NIOCore.SocketAddress
        var limits = TransportLimits()
        var maxCount: Int
        var drainLimit: Duration
        var maxConnectionAge: Duration?
        /// The server's budget, which all its listeners share.
        var connections: ConnectionBudget
        var security: LiveTLS?
        /// True where every client has to prove a certificate.
        var verifiesClients = false
    }

    /// Connections that the kernel keeps until they are accepted.
    private static let backlog: Int32 = 4096
    /// The part of the age by which connections that began together end apart.
    private static let ageJitter = 0.1

    private struct State {
        var isShutDown = false
        var methods: [String: MethodDescriptor] = [:]
        var listener: (any Channel)?
    }

    private let settings: Settings
    private let generators: ServedGenerators
    private let access: AccessControl
    private let group: any EventLoopGroup
    private let onListening: @Sendable (Int) -> Void
    private let logger: Logger
    private let state = Mutex(State())
    private let connections = OpenConnections()
    let budget: TransportBudget

    init(
        settings: Settings, generators: ServedGenerators, access: AccessControl, group: any EventLoopGroup,
        onListening: @escaping @Sendable (_ port: Int) -> Void, logger: Logger
    ) {
        self.settings = settings
        self.generators = generators
        self.access = access
        self.group = group
        self.onListening = onListening
        self.logger = logger
        budget = TransportBudget(limits: settings.limits, connections: settings.connections)
    }

    func configure(context: GRPCServerContext) {
        state.withLock { state in
            for method in context.methods { state.methods["/\(method.fullyQualifiedMethod)"] = method }
        }
    }

    /// Serves until ``beginGracefulShutdown()`` and until every connection has ended, which the drain limit bounds.
    /// - Throws: where the address cannot be bound.
    @concurrent func listen(
        streamHandler: @escaping @concurrent @Sendable (RPCStream<Inbound, Outbound>, ServerContext) async -> Void
    ) async throws {
        let (accepted, source) = AsyncStream.makeStream(of: AcceptedCall.self)
        guard !state.withLock({ $0.isShutDown }) else { return }
        let listener = try await bind { source.yield($0) }
        let mustClose = state.withLock { state in
            state.listener = listener
            return state.isShutDown
        }
        if mustClose { listener.close(promise: nil) } else { onListening(listener.localAddress?.port ?? 0) }
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { [connections] in
                try? await listener.closeFuture.get()
                await connections.drain()
                source.finish()
            }
            for await call in accepted {
                // Below the priority of what keeps the server going, which has threads of its own thereby.
                tasks.addTask(priority: .utility) { [budget] in
                    await Self.serve(call, streamHandler)
                    budget.endCall()
                }
            }
        }
    }

    func beginGracefulShutdown() {
        let listener = state.withLock { state in
            state.isShutDown = true
            return state.listener
        }
        listener?.close(promise: nil)
    }

    private static func serve(
        _ accepted: AcceptedCall,
        _ handler: @concurrent @Sendable (RPCStream<Inbound, Outbound>, ServerContext) async -> Void
    ) async {
        let call = accepted.call
        await withServerContextRPCCancellationHandle { handle in
            call.attach(handle)
            let stream = RPCStream(
                descriptor: call.descriptor, inbound: RPCAsyncSequence(wrapping: CallInbound(call: call)),
                outbound: RPCWriter.Closable(wrapping: CallOutbound(call: call)))
            var context = ServerContext(
                descriptor: call.descriptor, remotePeer: accepted.remotePeer, localPeer: accepted.localPeer,
                cancellation: handle)
            context.transportSpecific = CallPeer(identity: accepted.identity)
            await handler(stream, context)
        }
        call.handlerEnded()
    }

    // MARK: Listening

    private func bind(_ accept: @escaping @Sendable (AcceptedCall) -> Void) async throws -> any Channel {
        let methods = state.withLock { $0.methods }
        let (connections, settings, generators, budget) = (connections, settings, generators, budget)
        let access = access
        let logger = logger
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        AcceptFailureHandler(logger: logger), AcceptErrorHandler(logger: logger))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                guard connections.add(channel) else {
                    return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
                }
                return channel.eventLoop.makeCompletedFuture {
                    let age = settings.maxConnectionAge.map { age in
                        TimeAmount(age * Double.random(in: (1 - Self.ageJitter)...(1 + Self.ageJitter)))
                    }
                    try Self.addHandlers(
                        to: channel.pipeline.syncOperations, settings,
                        CallConnectionHandler.Setup(
                            budget: budget, methods: methods, generators: generators,
                            door: LaneDoor(
                                access: access,
                                peer: PeerIdentity(channel.remoteAddress, isVerified: settings.verifiesClients)),
                            maxCount: settings.maxCount,
                            grace: TimeAmount(settings.drainLimit), age: age, accept: accept))
                }
            }
            .bind(to: settings.address).get()
    }

    /// Adds all handlers of a connection.
    static func addHandlers(
        to pipeline: ChannelPipeline.SynchronousOperations, _ settings: Settings, _ setup: CallConnectionHandler.Setup
    ) throws {
        let limits = settings.limits
        if let security = settings.security { try pipeline.addHandler(NIOSSLServerHandler(context: security.context)) }
        if settings.verifiesClients { try pipeline.addHandler(PeerCertificateHandler(setup.door.peer)) }
        try pipeline.addHandler(GRPCConnectionHandler(drainLimit: TimeAmount(settings.drainLimit)))
        let calls = CallConnectionHandler(setup: setup)
        let repeated = RepeatedCallHandler(decoded: calls)
        calls.repeated = repeated
        let written = WrittenFrames()
        (written.calls, written.repeated) = (calls, repeated)
        try pipeline.addHandler(repeated)
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.callsPerConnection),
            HTTP2Setting(parameter: .initialWindowSize, value: limits.callWindow),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerList),
        ]
        try pipeline.addHandler(
            NIOHTTP2Handler(mode: .server, frameDelegate: written, connectionConfiguration: connection))
        try pipeline.addHandler(calls)
    }
}
