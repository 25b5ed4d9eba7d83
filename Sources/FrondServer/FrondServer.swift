import Frond
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// Frond's HTTP server: the fast lane in front of Hummingbird's routes.
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

        public init(
            host: String = "127.0.0.1", port: Int = 8080, maxCount: Int = 10_000, idleTimeout: Duration = .seconds(60),
            threads: Int? = nil
        ) {
            self.host = host
            self.port = port
            self.maxCount = maxCount
            self.idleTimeout = idleTimeout
            self.threads = threads
        }
    }

    private let generators: ServedGenerators
    private let configuration: Configuration
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// - Parameter onListening: called with the port once requests are accepted.
    public init(
        generators: ServedGenerators, configuration: Configuration, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
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
            served = .success(try await serve(on: group))
        } catch {
            served = .failure(error)
        }
        // In a task of its own: giving back must go on when this one was cancelled.
        await Task { [generators] in await generators.segments?.shutdown() }.value
        try await group.shutdownGracefully()
        try served.get()
    }

    /// Hummingbird speaks of every start at info level; what it is warned of is worth a line.
    private var frameworkLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let idleTimeout = TimeAmount(configuration.idleTimeout)
        let router = Router.frond(
            generators, readiness: Readiness(generators: generators), maxCount: configuration.maxCount)
        let application = Application(
            router: router,
            server: HTTPServerBuilder { [generators] responder in
                FastLaneChannel(responder: responder, generators: generators, idleTimeout: idleTimeout)
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
