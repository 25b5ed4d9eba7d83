public import Frond
import Hummingbird
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// Frond's server: HTTP, by the fast lane in front of Hummingbird's routes, and gRPC and RESP beside it.
///
/// `run()` owns its lifetime: on graceful shutdown it says that it is not ready, serves on for
/// ``Configuration/shutdownDelay``, stops accepting, answers the requests under way, and gives the unused segments
/// back.
public struct FrondServer: Service {
    /// The addresses and the limits of a server.
    public struct Configuration: Sendable {
        /// The address to listen on. Default 127.0.0.1.
        public var host: String
        /// The port to listen on; 0 picks a free one. Default 8080.
        public var port: Int
        /// The maximum number of IDs in one request. Default 10,000.
        public var maxCount: Int
        /// The time after which a connection on which nothing happens is closed. Default 60 seconds.
        public var idleTimeout: Duration
        /// The time from a request's first byte in which it must be complete. Default 30 seconds.
        public var requestTimeout: Duration
        /// The age, within 10 %, after which an answer is the last of its HTTP connection, so that clients spread over
        /// new servers; nil for none. Default nil.
        public var maxConnectionAge: Duration?
        /// The time between the request to stop and the end: the server is not ready, and each answer is the last of
        /// its connection. Default zero.
        public var shutdownDelay: Duration
        /// The time that answers under way may take to be given, and to reach slow clients, once the server ends; after
        /// that, the time that giving unused numbers back may take. Default 5 seconds.
        public var drainLimit: Duration
        /// The number of event loops; nil for one a core.
        public var threads: Int?
        /// The settings of gRPC; nil where the server does not listen for it.
        public var grpc: GRPCConfiguration?
        /// The settings of the listener for Redis clients; nil where the server does not listen for them.
        public var resp: RESPConfiguration?
        /// The certificate to show, over HTTP, gRPC and RESP; nil for connections in the clear.
        public var tls: ServerTLS?
        /// The listener for administration and the server's state; nil where the public one serves both. Default nil.
        public var admin: AdminConfiguration?
        /// True where Tinyid's HTTP interface is served too, for its clients as they are. Default false.
        public var servesTinyid: Bool

        public init(
            host: String = "127.0.0.1", port: Int = 8080, maxCount: Int = 10_000, idleTimeout: Duration = .seconds(60),
            requestTimeout: Duration = .seconds(30), maxConnectionAge: Duration? = nil, shutdownDelay: Duration = .zero,
            drainLimit: Duration = .seconds(5), threads: Int? = nil, grpc: GRPCConfiguration? = nil,
            resp: RESPConfiguration? = nil, tls: ServerTLS? = nil, admin: AdminConfiguration? = nil,
            servesTinyid: Bool = false
        ) {
            self.host = host
            self.port = port
            self.maxCount = maxCount
            self.idleTimeout = idleTimeout
            self.requestTimeout = requestTimeout
            self.maxConnectionAge = maxConnectionAge
            self.shutdownDelay = shutdownDelay
            self.drainLimit = drainLimit
            self.threads = threads
            self.grpc = grpc
            self.resp = resp
            self.tls = tls
            self.admin = admin
            self.servesTinyid = servesTinyid
        }

        /// The address of the server: host and port, an IPv6 address in brackets as in a URL.
        public func address(port: Int) -> String { Self.address(host, port) }

        /// The address of the server for gRPC; nil where it does not listen for it.
        public func grpcAddress(port: Int?) -> String? {
            guard let grpc, let port else { return nil }
            return Self.address(grpc.host ?? host, port)
        }

        /// The address of the server for Redis clients; nil where it does not listen for them.
        public func respAddress(port: Int?) -> String? {
            guard let resp, let port else { return nil }
            return Self.address(resp.host ?? host, port)
        }

        /// The address of the server for administration; nil where the public one serves it.
        public func adminAddress(port: Int?) -> String? {
            guard let admin, let port else { return nil }
            return Self.address(admin.host, port)
        }

        private static func address(_ host: String, _ port: Int) -> String {
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// The ports of a running server.
    public struct Ports: Hashable, Sendable {
        public var http = 0
        /// Nil where it does not listen for gRPC.
        public var grpc: Int?
        /// Nil where it does not listen for Redis clients.
        public var resp: Int?
        /// Nil where it does not listen for administration apart.
        public var admin: Int?
    }

    /// The time that the registry of worker IDs has to answer before the server listens without a worker ID.
    private static let firstAnswerLimit = Duration.seconds(1)

    private let generators: ServedGenerators
    private let configuration: Configuration
    private let access: AccessControl
    private let live: LiveSettings
    private let reload: Reload?
    private let logger: Logger
    private let drain: ServerDrain
    private let budget = ConnectionBudget()
    private let onListening: @Sendable (_ ports: Ports) async -> Void

    /// Reads the settings of the server anew.
    public typealias Reload = @Sendable () async throws(FrondError) -> ReloadReport

    /// - Parameters:
    ///   - access: the callers, their permissions and limits; nil for IDs that are open, and administration and
    ///     reservations that are open to this machine alone.
    ///   - live: the settings that a reload replaces.
    ///   - reload: called by administrators over HTTP; nil for a server that cannot read its settings anew.
    ///   - onListening: called with the ports once requests are accepted.
    public init(
        generators: ServedGenerators, configuration: Configuration, access: AccessControl? = nil,
        live: LiveSettings = LiveSettings(), reload: Reload? = nil, logger: Logger,
        onListening: @escaping @Sendable (_ ports: Ports) async -> Void = { _ in }
    ) {
        self.generators = generators
        self.configuration = configuration
        self.access = access ?? AccessControl(logger: logger)
        self.live = live
        self.reload = reload
        self.logger = logger
        drain = ServerDrain(delay: configuration.shutdownDelay)
        self.onListening = onListening
    }

    /// Ends the rest of ``Configuration/shutdownDelay`` after graceful shutdown has begun.
    public func stopNow() {
        drain.stop()
    }

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: an error of the network where the address cannot be bound.
    public func run() async throws {
        let threads = configuration.threads ?? System.coreCount
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let served: Result<Void, any Error>
        do {
            served = .success(try await serveWhileKeeping(on: group))
        } catch {
            served = .failure(error)
        }
        // In a task of its own: giving back must go on when this one was cancelled.
        await Task { [generators, configuration] in
            await generators.issuer.shutdown(within: configuration.drainLimit)
        }.value
        // After an error the framework may still have work for the loops, which they would complain of.
        if case .success = served { try await group.shutdownGracefully() }
        try served.get()
    }

    /// Serves, with a worker ID held until the last answer is given.
    private func serveWhileKeeping(on group: MultiThreadedEventLoopGroup) async throws {
        // Ends when the port is known, which the record of the worker ID names.
        let (listening, isListening) = AsyncStream.makeStream(of: Void.self)
        let listeners = try listeners(on: group) { isListening.finish() }
        let server = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: listeners)], logger: frameworkLogger))
        var failure: FrondError?
        try await withThrowingTaskGroup(of: FrondError?.self) { tasks in
            tasks.addTask {
                await StoreWatch(issuer: generators.issuer, logger: logger).run()
                return nil
            }
            tasks.addTask {
                await generators.issuer.run()
                return nil
            }
            tasks.addTask {
                await access.run()
                return nil
            }
            tasks.addTask(executorPreference: ThreadExecutor()) {
                await live.certificates.run(logger: logger, time: SystemTimeSource())
                return nil
            }
            if let keeper = generators.snowflake {
                // In a task of its own: graceful shutdown must not reach it before the server has ended.
                tasks.addTask {
                    for await _ in listening {}
                    return Task.isCancelled ? nil : await Self.run(keeper, endingWith: server)
                }
            }
            tasks.addTask {
                await withGracefulShutdownHandler {
                    await drain.waitForEnd()
                } onGracefulShutdown: {
                    drain.stop()
                }
                await server.triggerGracefulShutdown()
                return nil
            }
            tasks.addTask {
                // Detached: graceful shutdown must not reach it before the delay is over.
                let serving = Task.detached { try await server.run() }
                try await withTaskCancellationHandler {
                    try await serving.value
                } onCancel: {
                    serving.cancel()
                }
                throw ServingEnded()
            }
            do {
                while let ended = try await tasks.next() { failure = failure ?? ended }
            } catch is ServingEnded {
                tasks.cancelAll()
                while let ended = try await tasks.next() { failure = failure ?? ended }
            }
        }
        if let failure { throw failure }
    }

    /// A keeper ends early only with an error, such as no worker ID where the settings say to fail then; the server
    /// then ends as when it is asked to.
    private static func run(_ keeper: WorkerKeeper, endingWith server: ServiceGroup) async -> FrondError? {
        do throws(FrondError) {
            try await keeper.run()
            return nil
        } catch {
            await server.triggerGracefulShutdown()
            return error
        }
    }

    /// Hummingbird speaks of every start at info level; what it is warned of is worth a line.
    private var frameworkLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }

    /// The listeners: HTTP and, where they are enabled, gRPC, RESP and administration.
    /// - Parameter onBound: called when all ports are known.
    /// - Throws: `invalidArgument` for a certificate that cannot be used, before anything listens.
    private func listeners(
        on group: MultiThreadedEventLoopGroup, onBound: @escaping @Sendable () -> Void
    ) throws(FrondError) -> some Service {
        let tls = try security(.http, configuration.tls, protocols: ["http/1.1"])
        let admin = try configuration.admin.map { settings throws(FrondError) in
            AdminListener(
                listener: listener(
                    on: group, settings.host, settings.port, adminRouter, servesIDs: false,
                    try security(.admin, settings.tls, protocols: ["http/1.1"])))
        }
        let grpc = try configuration.grpc.map { settings throws(FrondError) in
            GRPCListener(
                generators: generators, access: access, configuration: settings, host: configuration.host,
                maxCount: configuration.maxCount, drainLimit: configuration.drainLimit, drain: drain,
                budget: budget, tls: try security(.grpc, configuration.tls, protocols: ["h2"]),
                time: SystemTimeSource(), group: group,
                logger: logger)
        }
        let resp = try configuration.resp.map { settings throws(FrondError) in
            RESPListener(
                generators: generators, access: access, configuration: settings, host: configuration.host,
                maxCount: configuration.maxCount, limits: limits, budget: budget,
                tls: try security(.resp, configuration.tls, protocols: []), time: SystemTimeSource(), group: group,
                logger: logger)
        }
        let http = listener(on: group, configuration.host, configuration.port, publicRouter, servesIDs: true, tls)
        return Listeners(admin: admin, grpc: grpc, resp: resp) { ports in
            http.service { port in
                var ports = ports
                ports.http = port
                await announce(ports, onBound)
            }
        }
    }

    /// The certificate of a listener, which a reload reads anew; nil for connections in the clear.
    private func security(
        _ listener: LiveTLS.Listener, _ tls: ServerTLS?, protocols: [String]
    ) throws(FrondError) -> LiveTLS? {
        guard let tls else { return nil }
        let live = try LiveTLS(tls, of: listener, protocols: protocols)
        self.live.certificates.add(live)
        return live
    }

    private func listener(
        on group: MultiThreadedEventLoopGroup, _ host: String, _ port: Int, _ router: Router<FrondContext>,
        servesIDs: Bool, _ tls: LiveTLS?
    ) -> HTTPListener {
        HTTPListener(
            host: host, port: port, responder: MethodResponder(router: router.buildResponder()),
            generators: generators, access: access, live: live,
            servesIDs: servesIDs, maxCount: configuration.maxCount, limits: limits, drain: drain, budget: budget,
            tls: tls, group: group, logger: frameworkLogger)
    }

    private var limits: ConnectionLimits {
        ConnectionLimits(
            idle: TimeAmount(configuration.idleTimeout), request: TimeAmount(configuration.requestTimeout),
            drain: TimeAmount(configuration.drainLimit), age: configuration.maxConnectionAge.map(TimeAmount.init))
    }

    // MARK: Routes

    /// The routes of the public listener; without a listener of administration, those of that too.
    private var publicRouter: Router<FrondContext> {
        let router = Router.frond(access: access, live: live, logger: logger)
        router.addIDs(
            generators, access: access, maxCount: configuration.maxCount,
            tinyid: configuration.servesTinyid ? tinyid : nil)
        if configuration.admin == nil { addAdministration(to: router) }
        return router
    }

    private var adminRouter: Router<FrondContext> {
        let router = Router.frond(access: access, live: live, logger: logger)
        addAdministration(to: router)
        return router
    }

    private func addAdministration(to router: Router<FrondContext>) {
        router.addStatus(Readiness(issuer: generators.issuer, drain: drain), access: access)
        router.addAdministration(TagRoutes(generators.issuer, access), access: access, reload: reload)
    }

    private var tinyid: TinyidInterface {
        TinyidInterface(
            issuer: generators.issuer, access: access, maxCount: configuration.maxCount,
            failures: FailureLog(logger: logger), time: SystemTimeSource())
    }

    /// Announces that requests are accepted, once the registry of worker IDs has answered.
    ///
    /// Until then ordinary requests wait; where no worker ID can be had and that is the end, none is answered.
    private func announce(_ ports: Ports, _ onBound: @Sendable () -> Void) async {
        if let keeper = generators.snowflake {
            keeper.holder.address = configuration.address(port: ports.http)
            keeper.holder.grpcAddress = configuration.grpcAddress(port: ports.grpc) ?? ""
            onBound()
            guard await keeper.waitForFirstAnswer(atMost: Self.firstAnswerLimit + keeper.settlingTime) else { return }
        }
        await onListening(ports)
    }
}

/// The server has ended in good order: the other tasks are to end too.
private struct ServingEnded: Error {}
