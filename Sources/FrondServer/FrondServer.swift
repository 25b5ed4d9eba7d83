import Frond
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle

/// Frond's server: HTTP, by the fast lane in front of Hummingbird's routes, and gRPC beside it.
///
/// `run()` owns its lifetime: on graceful shutdown it stops accepting, answers what is in flight, and gives the
/// unused segments back.
public struct FrondServer: Service {
    /// How the server listens and what it allows.
    public struct Configuration: Sendable {
        /// The address to listen on. Default 127.0.0.1.
        public var host: String
        /// The port to listen on; 0 picks a free one. Default 8080.
        public var port: Int
        /// The most IDs one request may ask for. Default 10,000.
        public var maxCount: Int
        /// A connection on which nothing happens for so long is closed. Default 60 seconds.
        public var idleTimeout: Duration
        /// How long answers under way may take to be given, and to reach slow clients, once the server is asked to stop;
        /// after that, how long giving unused numbers back may take. Default 5 seconds.
        public var drainLimit: Duration
        /// Event loops; nil for one a core.
        public var threads: Int?
        /// How the server listens for gRPC; nil where it does not.
        public var grpc: GRPCConfiguration?
        /// The certificate to show, over HTTP and gRPC; nil for connections in the clear.
        public var tls: ServerTLS?

        public init(
            host: String = "127.0.0.1", port: Int = 8080, maxCount: Int = 10_000, idleTimeout: Duration = .seconds(60),
            drainLimit: Duration = .seconds(5), threads: Int? = nil, grpc: GRPCConfiguration? = nil,
            tls: ServerTLS? = nil
        ) {
            self.host = host
            self.port = port
            self.maxCount = maxCount
            self.idleTimeout = idleTimeout
            self.drainLimit = drainLimit
            self.threads = threads
            self.grpc = grpc
            self.tls = tls
        }

        /// Where the server is reached: host and port, an IPv6 address in brackets as in a URL.
        public func address(port: Int) -> String { Self.address(host, port) }

        /// Where it is reached by gRPC; nil where it is not.
        public func grpcAddress(port: Int?) -> String? {
            guard let grpc, let port else { return nil }
            return Self.address(grpc.host ?? host, port)
        }

        private static func address(_ host: String, _ port: Int) -> String {
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// Where the server listens.
    public struct Ports: Hashable, Sendable {
        public var http: Int
        /// Nil where it does not listen for gRPC.
        public var grpc: Int?
    }

    /// How long the registry of worker IDs may take to answer before the server listens without a worker ID.
    private static let firstAnswerLimit = Duration.seconds(1)

    private let generators: ServedGenerators
    private let configuration: Configuration
    private let logger: Logger
    private let onListening: @Sendable (_ ports: Ports) async -> Void

    /// - Parameter onListening: called with the ports once requests are accepted.
    public init(
        generators: ServedGenerators, configuration: Configuration, logger: Logger,
        onListening: @escaping @Sendable (_ ports: Ports) async -> Void = { _ in }
    ) {
        self.generators = generators
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: where the address cannot be bound.
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
            await generators.shutdown(within: configuration.drainLimit)
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
                await StoreWatch(generators: generators, logger: logger).run()
                return nil
            }
            tasks.addTask {
                await generators.issuer.run()
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
                try await server.run()
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

    /// A keeper ends early only with an error, such as no worker ID where the settings say to fail then; the server then
    /// ends as when it is asked to.
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

    /// What listens: HTTP and, where it is enabled, gRPC.
    /// - Parameter onBound: called when all ports are known.
    /// - Throws: `invalidArgument` for a certificate that cannot be used, before anything listens.
    private func listeners(
        on group: MultiThreadedEventLoopGroup, onBound: @escaping @Sendable () -> Void
    ) throws(FrondError) -> some Service {
        let security = try configuration.tls?.context()
        let grpc = configuration.grpc.map { settings in
            GRPCListener(
                generators: generators, configuration: settings, host: configuration.host,
                maxCount: configuration.maxCount, drainLimit: configuration.drainLimit, tls: configuration.tls,
                time: SystemTimeSource(), group: group, logger: logger)
        }
        return Listeners(grpc: grpc) { grpcPort in
            application(on: group, security) { port in
                await announce(Ports(http: port, grpc: grpcPort), onBound)
            }
        }
    }

    private func application(
        on group: MultiThreadedEventLoopGroup, _ security: NIOSSLContext?,
        onBound: @escaping @Sendable (_ port: Int) async -> Void
    ) -> some Service {
        let limits = ConnectionLimits(
            idle: TimeAmount(configuration.idleTimeout), drain: TimeAmount(configuration.drainLimit))
        let router = Router.frond(
            generators, readiness: Readiness(generators: generators), maxCount: configuration.maxCount)
        return Application(
            responder: MethodResponder(router: router.buildResponder()),
            server: HTTPServerBuilder { [generators, configuration] responder in
                FastLaneChannel(
                    responder: responder, generators: generators, maxCount: configuration.maxCount, limits: limits,
                    security: security)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 4096),
            onServerRunning: { channel in await onBound(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(group),
            logger: frameworkLogger
        )
    }

    /// Says that requests are accepted, once the registry has said whether there is a worker ID.
    ///
    /// Until then ordinary requests wait; where no worker ID can be had and that is the end, none is answered.
    private func announce(_ ports: Ports, _ onBound: @Sendable () -> Void) async {
        if let keeper = generators.snowflake {
            keeper.holder.address = configuration.address(port: ports.http)
            keeper.holder.grpcAddress = configuration.grpcAddress(port: ports.grpc) ?? ""
            onBound()
            guard await keeper.waitForFirstAnswer(atMost: Self.firstAnswerLimit) else { return }
        }
        await onListening(ports)
    }
}

/// The server has ended in good order: the other tasks are to end too.
private struct ServingEnded: Error {}
