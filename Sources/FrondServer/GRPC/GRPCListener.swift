import Frond
import FrondAPI
import GRPCCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Frond's services by gRPC, beside HTTP and from the same generators.
struct GRPCListener: Service {
    /// The number of IDs that one stream may have under way, as a multiple of the most that one request may ask for.
    private static let outstandingBatches = 10

    let generators: ServedGenerators
    let access: AccessControl
    let configuration: GRPCConfiguration
    /// The address if ``GRPCConfiguration/host`` is nil.
    let host: String
    let maxCount: Int
    /// The time that clients have to go once they are told that the server shuts down.
    let drainLimit: Duration
    /// The server's drain: clients are to leave once it has begun, while calls are still accepted.
    let drain: ServerDrain
    /// The server's budget, which all its listeners share.
    let budget: ConnectionBudget
    let tls: LiveTLS?
    let time: any TimeSource
    let group: MultiThreadedEventLoopGroup
    let logger: Logger
    /// Called with the port once calls are accepted.
    var onListening: @Sendable (_ port: Int) -> Void = { _ in }

    /// Serves until graceful shutdown, when calls under way are answered, or cancellation.
    /// - Throws: `invalidArgument` where the address cannot be bound, naming it.
    func run() async throws {
        let calls = CallGuard()
        let transport = GRPCServerTransport(
            settings: try transportSettings(), generators: generators, access: access, group: group,
            onListening: onListening, logger: logger)
        let server = GRPCServer(transport: transport, services: services(calls))
        let end: @Sendable () -> Void = {
            calls.beginShutdown()
            server.beginGracefulShutdown()
        }
        try await withGracefulShutdownHandler {
            // In a task of its own: where this one is cancelled, too, calls under way are answered.
            let serving = Task { try await serve(server) }
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                end()
            }
        } onGracefulShutdown: {
            end()
        }
    }

    private func serve(_ server: GRPCServer<GRPCServerTransport>) async throws {
        do {
            try await server.serve()
        } catch let error as RuntimeError {
            // It was told to end before it began.
            if error.code == .serverIsStopped { return }
            throw cannotListen(error.cause ?? error)
        }
    }

    private func services(_ calls: CallGuard) -> [any RegistrableRPCService] {
        let limits = StreamLimits(
            requests: configuration.maxOutstanding, ids: max(maxCount, 1000) * Self.outstandingBatches)
        return [
            IDsService(
                generators: generators, maxCount: maxCount, streamLimits: limits, calls: calls, access: access),
            SegmentsService(
                store: generators.issuer.segments?.store, maxStep: generators.issuer.segments?.maxStep ?? 1,
                administration: generators.issuer.administration, calls: calls, access: access),
            WorkersService(keeper: generators.snowflake, calls: calls, access: access, time: time),
            HealthService(readiness: Readiness(issuer: generators.issuer, drain: drain), calls: calls, time: time),
            ReflectionService(index: .ofServer, calls: calls, access: access),
        ]
    }

    private func transportSettings() throws(FrondError) -> GRPCServerTransport.Settings {
        var limits = TransportLimits()
        limits.callsPerConnection = configuration.maxStreams
        return GRPCServerTransport.Settings(
            address: try address(), limits: limits, maxCount: maxCount, drainLimit: drainLimit,
            maxConnectionAge: configuration.maxConnectionAge, connections: budget, security: tls,
            verifiesClients: tls?.verifiesClients == true)
    }

    // MARK: The address

    private func address() throws(FrondError) -> SocketAddress {
        do {
            return try SocketAddress.makeAddressResolvingHost(name, port: configuration.port)
        } catch {
            throw cannotListen(error)
        }
    }

    private var name: String { configuration.host ?? host }

    private func cannotListen(_ cause: any Error) -> FrondError {
        .cannotListen(for: "gRPC", on: name, port: configuration.port, cause, cure: "--grpc-port or grpc.host")
    }
}
