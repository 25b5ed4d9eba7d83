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
        /// Event loops; nil for one a core.
        public var threads: Int?
        /// How the server listens for gRPC; nil where it does not.
        public var grpc: GRPCConfiguration?
        /// The certificate to show, over HTTP and gRPC; nil for connections in the clear.
        public var tls: ServerTLS?

        public init(
            host: String = "127.0.0.1", port: Int = 8080, maxCount: Int = 10_000, idleTimeout: Duration = .seconds(60),
            threads: Int? = nil, grpc: GRPCConfiguration? = nil, tls: ServerTLS? = nil
        ) {
            self.host = host
            self.port = port
            self.maxCount = maxCount
            self.idleTimeout = idleTimeout
            self.threads = threads
            self.grpc = grpc
            self.tls = tls
        }
    }

    /// How long the registry of worker IDs may take to answer before the server listens without a worker ID.
    private static let firstAnswerLimit = Duration.seconds(1)

    private let generators: ServedGenerators
    private let configuration: Configuration
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void
    private let onListeningForGRPC: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - onListening: called with the port once requests are accepted.
    ///   - onListeningForGRPC: the same for gRPC, where the server listens for it.
    public init(
        generators: ServedGenerators, configuration: Configuration, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in },
        onListeningForGRPC: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.generators = generators
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        self.onListeningForGRPC = onListeningForGRPC
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
        await Task { [generators] in await generators.segments?.shutdown() }.value
        try await group.shutdownGracefully()
        try served.get()
    }

    /// Serves, with a worker ID held until the last answer is given.
    private func serveWhileKeeping(on group: MultiThreadedEventLoopGroup) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await StoreWatch(generators: generators, logger: logger).run() }
            if let keeper = generators.snowflake {
                // In a task of its own: graceful shutdown must not reach it before the server has ended.
                tasks.addTask { try await keeper.run() }
            }
            tasks.addTask {
                // Where no worker ID can be had and that is the end, nothing has listened and nothing is torn down.
                await generators.snowflake?.waitForFirstAnswer(atMost: Self.firstAnswerLimit)
                try Task.checkCancellation()
                try await serve(on: group)
                throw ServingEnded()
            }
            do {
                // A keeper ends early only with an error, such as no worker ID where the settings say to fail then.
                while try await tasks.next() != nil {}
            } catch is ServingEnded {
                tasks.cancelAll()
                while try await tasks.next() != nil {}
            }
        }
    }

    /// Hummingbird speaks of every start at info level; what it is warned of is worth a line.
    private var frameworkLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }

    /// Serves HTTP and, where it is enabled, gRPC: what ends one of them ends the other.
    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        // Before anything listens: a certificate that cannot be used is the end.
        let security = try configuration.tls?.context()
        try await withThrowingTaskGroup(of: Void.self) { listeners in
            if let grpc = configuration.grpc {
                let listener = GRPCListener(
                    generators: generators, configuration: grpc, host: configuration.host,
                    maxCount: configuration.maxCount, tls: configuration.tls, time: SystemTimeSource())
                listeners.addTask { try await listener.run(on: group, onListening: onListeningForGRPC) }
            }
            listeners.addTask { try await serveHTTP(on: group, security) }
            // Not waitForAll, which would let the others go on.
            while try await listeners.next() != nil {}
        }
    }

    private func serveHTTP(on group: MultiThreadedEventLoopGroup, _ security: NIOSSLContext?) async throws {
        let idleTimeout = TimeAmount(configuration.idleTimeout)
        let router = Router.frond(
            generators, readiness: Readiness(generators: generators), maxCount: configuration.maxCount)
        let application = Application(
            router: router,
            server: HTTPServerBuilder { [generators, configuration] responder in
                FastLaneChannel(
                    responder: responder, generators: generators, maxCount: configuration.maxCount,
                    idleTimeout: idleTimeout, security: security)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 4096),
            onServerRunning: { [onListening] channel in
                await onListening(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: .shared(group),
            logger: frameworkLogger
        )
        try await application.run()
    }
}

/// The server has ended in good order: the other tasks are to end too.
private struct ServingEnded: Error {}
