import Frond
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// IDs for Redis clients, beside HTTP and from the same generators.
struct RESPListener: Service {
    /// Connections that the kernel keeps until they are accepted.
    private static let backlog: Int32 = 4096
    /// The seconds of silence after which the kernel asks whether a client is still there, as for Redis.
    private static let keepaliveSeconds = 300

    let generators: ServedGenerators
    let access: AccessControl
    let configuration: RESPConfiguration
    /// The address where ``RESPConfiguration/host`` is nil.
    let host: String
    let maxCount: Int
    let limits: ConnectionLimits
    /// The server's budget of unread answers, which HTTP shares.
    let budget: ConnectionBudget
    let tls: LiveTLS?
    let time: any TimeSource
    let group: MultiThreadedEventLoopGroup
    let logger: Logger
    /// Called with the port once connections are accepted.
    var onListening: @Sendable (_ port: Int) -> Void = { _ in }

    /// Serves until graceful shutdown, when requests under way are answered, or cancellation.
    /// - Throws: `invalidArgument` where the address cannot be bound, naming it.
    func run() async throws {
        let connections = OpenConnections()
        let listener = try await bind(connections)
        await AcceptFailures(logger: logger).watch(listener)
        onListening(listener.localAddress?.port ?? 0)
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                // It closes when it is told to, whatever the reason.
                _ = try? await listener.closeFuture.get()
            } onGracefulShutdown: {
                listener.close(promise: nil)
            }
        } onCancel: {
            listener.close(promise: nil)
        }
        await connections.drain()
    }

    private func bind(_ connections: OpenConnections) async throws -> any Channel {
        let tls = tls
        let setup = RESPConnectionHandler.Setup(
            generators: generators, access: access, maxCount: maxCount, limits: limits,
            idle: configuration.idleTimeout.map { TimeAmount($0) }, budget: budget,
            clients: RESPClients(limit: configuration.maxConnections, time: time),
            verifiesClients: tls?.verifiesClients == true)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                guard connections.add(channel) else {
                    return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
                }
                return channel.eventLoop.makeCompletedFuture { try Self.addHandlers(to: channel, setup, tls?.context) }
            }
        do {
            return try await bootstrap.bind(host: name, port: configuration.port).get()
        } catch {
            throw cannotListen(error)
        }
    }

    private static func addHandlers(
        to channel: any Channel, _ setup: RESPConnectionHandler.Setup, _ security: NIOSSLContext?
    ) throws {
        try ConnectionLimits.setOptions(of: channel)
        #if canImport(Darwin)
            let keepalive = TCP_KEEPALIVE
        #else
            let keepalive = TCP_KEEPIDLE
        #endif
        try channel.syncOptions?.setOption(.tcpOption(.init(rawValue: keepalive)), value: keepaliveSeconds)
        let pipeline = channel.pipeline.syncOperations
        let peer = PeerIdentity(channel.remoteAddress, isVerified: setup.verifiesClients)
        if let security {
            try pipeline.addHandler(NIOSSLServerHandler(context: security))
            if setup.verifiesClients { try pipeline.addHandler(PeerCertificateHandler(peer)) }
        }
        try pipeline.addHandler(
            RESPConnectionHandler(
                setup: setup, number: setup.clients.join(), channel: channel, peer: peer, isSecured: security != nil))
    }

    // MARK: The address

    private var name: String { configuration.host ?? host }

    private func cannotListen(_ cause: any Error) -> FrondError {
        .cannotListen(for: "Redis clients", on: name, port: configuration.port, cause, cure: "--resp-port or resp.host")
    }
}
