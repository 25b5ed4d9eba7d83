public import Frond
public import Logging
public import ServiceLifecycle

/// IDs in this process, by the servers of a Frond.
///
///     let client = try FrondClient(servers: ["127.0.0.1:9090"])
///     let order = try await client.segments.next(Tag("order"))
///     let event = try await client.snowflake().next()
///     await client.shutdown()
///
/// The generators are those of the server, with a remote store: numbers are reserved ahead and snowflake IDs made here,
/// so that an ID costs nanoseconds, and the reserved numbers last through an outage of all servers. Every promise of
/// the server holds here too.
///
/// In a service, `run()` waits for graceful shutdown and then gives back the unused numbers: name the client before the
/// services that use it, so that it ends after them.
public final class FrondClient: Service {
    /// The settings of a client.
    public struct Configuration: Sendable {
        /// The addresses of the servers, such as `10.0.0.7:9090`: one or more, all on the same store and registry.
        public var servers: [String]
        /// The security of the connections; nil for plaintext.
        public var tls: ClientTLS?
        /// The token that is sent with every call, for servers that require one; nil for none.
        public var token: ClientToken?
        /// The limits of the calls to the servers.
        public var pool: PoolPolicy
        /// The limits of the cached numbers of tags.
        public var segment: SegmentPolicy
        /// The limits of the snowflake IDs made here.
        public var snowflake: SnowflakePolicy
        /// The limits of the worker ID's horizon.
        public var worker: WorkerPolicy
        /// The maximum time that a graceful shutdown takes to give back unused numbers. Default 5 seconds.
        public var shutdownLimit: Duration

        /// Creates settings; all but the servers have defaults.
        public init(
            servers: [String], tls: ClientTLS? = nil, token: ClientToken? = nil, pool: PoolPolicy = PoolPolicy(),
            segment: SegmentPolicy = SegmentPolicy(), snowflake: SnowflakePolicy = SnowflakePolicy(),
            worker: WorkerPolicy = WorkerPolicy(), shutdownLimit: Duration = .seconds(5)
        ) {
            self.servers = servers
            self.tls = tls
            self.token = token
            self.pool = pool
            self.segment = segment
            self.snowflake = snowflake
            self.worker = worker
            self.shutdownLimit = shutdownLimit
        }
    }

    /// The numbers of tags, cached in this process.
    public let segments: SegmentGenerators
    /// The tags, and the store that ``segments`` reserves in.
    public let store: RemoteSegmentStore
    /// The IDs that the servers make, each call a round trip.
    public let remote: RemoteIDs

    /// Makes the IDs of plain tags in this process.
    let issuer: IDIssuer
    private let pool: ServerPool
    private let snowflakes: ClientSnowflakes
    private let shutdownLimit: Duration

    /// Creates a client. It connects at the first ID, which fails if no server answers.
    /// - Parameter logger: gets lines at debug level; silent by default.
    /// - Throws: `invalidArgument`, naming the invalid address.
    public convenience init(
        _ configuration: Configuration, logger: Logger? = nil
    ) throws(FrondError) {
        try self.init(configuration, time: SystemTimeSource(), logger: logger)
    }

    /// Creates a client with default settings.
    /// - Parameter servers: the gRPC addresses of the servers, such as `10.0.0.7:9090`: one or more.
    /// - Throws: `invalidArgument`, naming the invalid address.
    public convenience init(servers: [String], logger: Logger? = nil) throws(FrondError) {
        try self.init(Configuration(servers: servers), logger: logger)
    }

    /// - Parameter time: the clock of the generators; calls to servers use the clock of the machine.
    package init(_ configuration: Configuration, time: any TimeSource, logger: Logger?) throws(FrondError) {
        pool = try ServerPool(
            configuration.servers, tls: configuration.tls, token: configuration.token, policy: configuration.pool,
            time: SystemTimeSource(), logger: logger)
        store = RemoteSegmentStore(pool)
        remote = RemoteIDs(pool: pool)
        segments = SegmentGenerators(store: store, policy: configuration.segment, time: time, logger: logger)
        issuer = IDIssuer(segments: segments, time: time)
        snowflakes = ClientSnowflakes(
            pool, policy: configuration.snowflake, worker: configuration.worker, time: time, logger: logger)
        shutdownLimit = configuration.shutdownLimit
    }

    deinit {
        // A client that was never shut down wastes numbers, but does not hold a worker ID for ever.
        snowflakes.abandon()
    }

    /// The known servers: those of the list, and those found in the registry.
    public var servers: [ServerAddress] { pool.addresses }

    /// The snowflake generator of this process, in the layout of the servers.
    ///
    /// The first call asks for the layout. From then on a worker ID is held, in a task of the client's, until
    /// ``shutdown(within:)`` gives it back.
    /// - Throws: `invalidArgument` if the servers have no snowflake IDs; `registryUnavailable` if no server
    ///   answers, naming those that were asked; `shutDown`.
    public func snowflake() async throws(FrondError) -> SnowflakeGenerator {
        try await snowflakes.generator()
    }

    /// The worker ID in use and the state of the clock; nil before the first ``snowflake()``.
    public var workerStatus: WorkerStatus? { snowflakes.status }

    /// Waits for graceful shutdown or cancellation, then shuts down.
    public func run() async throws {
        await withTaskGroup { tasks in
            // What is known of tags is read anew meanwhile.
            tasks.addTask { await self.issuer.run() }
            // The only error is cancellation, which ends the wait too.
            tasks.addTask { try? await gracefulShutdown() }
            await tasks.next()
            tasks.cancelAll()
        }
        // In a task of its own: giving back must go on when this one was cancelled.
        await Task { await shutdown(within: shutdownLimit) }.value
    }

    /// Gives back the unused numbers and the worker ID, and closes the connections.
    ///
    /// No ID is issued from the call on. Numbers that cannot be given back are a gap.
    /// - Parameter limit: the maximum time.
    public func shutdown(within limit: Duration = .seconds(5)) async {
        async let worker: Void = snowflakes.shutdown(within: limit)
        await segments.shutdown(within: limit)
        await worker
        await pool.close()
    }
}
