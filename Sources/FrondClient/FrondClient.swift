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
/// The generators are the server's own, with a remote store: numbers are reserved ahead and snowflake IDs made here, so
/// that an ID costs nanoseconds, and what is reserved lasts through an outage of all servers. Every promise of the server
/// holds here too.
///
/// In a service, `run()` does nothing but wait for graceful shutdown, and gives back then what was not used: name the
/// client before the services that use it, so that it ends after them.
public final class FrondClient: Service {
    /// What a client does, and how.
    public struct Configuration: Sendable {
        /// Where servers listen for gRPC, such as `10.0.0.7:9090`: one or more, all on the same store and registry.
        public var servers: [String]
        /// Nil for connections in the clear.
        public var tls: ClientTLS?
        public var pool: PoolPolicy
        public var segment: SegmentPolicy
        public var snowflake: SnowflakePolicy
        public var worker: WorkerPolicy
        /// How long a shutdown that nobody bounds otherwise may take to give back what was not used. Default 5 seconds.
        public var shutdownLimit: Duration

        public init(
            servers: [String], tls: ClientTLS? = nil, pool: PoolPolicy = PoolPolicy(),
            segment: SegmentPolicy = SegmentPolicy(), snowflake: SnowflakePolicy = SnowflakePolicy(),
            worker: WorkerPolicy = WorkerPolicy(), shutdownLimit: Duration = .seconds(5)
        ) {
            self.servers = servers
            self.tls = tls
            self.pool = pool
            self.segment = segment
            self.snowflake = snowflake
            self.worker = worker
            self.shutdownLimit = shutdownLimit
        }
    }

    /// Numbers of tags, cached in this process.
    public let segments: SegmentGenerators
    /// The tags, and where ``segments`` reserves.
    public let store: RemoteSegmentStore
    /// IDs that the servers make, each call a round trip.
    public let remote: RemoteIDs

    private let pool: ServerPool
    private let snowflakes: ClientSnowflakes
    private let shutdownLimit: Duration

    /// Does not connect yet: an address that nobody answers at is an error of the first ID.
    /// - Parameter logger: gets lines at debug level; silent by default.
    /// - Throws: `invalidArgument`, naming the address that is none.
    public convenience init(
        _ configuration: Configuration, logger: Logger? = nil
    ) throws(FrondError) {
        try self.init(configuration, time: SystemTimeSource(), logger: logger)
    }

    /// - Parameter servers: where servers listen for gRPC, such as `10.0.0.7:9090`: one or more.
    /// - Throws: `invalidArgument`, naming the address that is none.
    public convenience init(servers: [String], logger: Logger? = nil) throws(FrondError) {
        try self.init(Configuration(servers: servers), logger: logger)
    }

    /// - Parameter time: what the generators go by; the calls to servers go by the machine's own clock.
    package init(_ configuration: Configuration, time: any TimeSource, logger: Logger?) throws(FrondError) {
        pool = try ServerPool(
            configuration.servers, tls: configuration.tls, policy: configuration.pool, time: SystemTimeSource(),
            logger: logger)
        store = RemoteSegmentStore(pool)
        remote = RemoteIDs(pool: pool)
        segments = SegmentGenerators(store: store, policy: configuration.segment, time: time, logger: logger)
        snowflakes = ClientSnowflakes(
            pool, policy: configuration.snowflake, worker: configuration.worker, time: time, logger: logger)
        shutdownLimit = configuration.shutdownLimit
    }

    deinit {
        // Who forgot to shut the client down wastes numbers, but holds no worker ID for ever.
        snowflakes.abandon()
    }

    /// The servers as far as they are known: those of the list, and those found in the registry.
    public var servers: [ServerAddress] { pool.addresses }

    /// The snowflake generator of this process, in the layout of the servers.
    ///
    /// The first call asks for the layout. From then on a worker ID is held, in a task of the client's, until
    /// ``shutdown(within:)`` gives it back.
    /// - Throws: `invalidArgument` where the servers have no snowflake IDs; `registryUnavailable` where no server
    ///   answers, naming those that were asked; `shutDown`.
    public func snowflake() async throws(FrondError) -> SnowflakeGenerator {
        try await snowflakes.generator()
    }

    /// Which worker ID is held, and how the clock is; nil before the first ``snowflake()``.
    public var workerStatus: WorkerStatus? { snowflakes.status }

    /// Waits for graceful shutdown or cancellation, then shuts down.
    public func run() async throws {
        // The only error is cancellation, which ends the wait too.
        try? await gracefulShutdown()
        // In a task of its own: giving back must go on when this one was cancelled.
        await Task { await shutdown(within: shutdownLimit) }.value
    }

    /// Gives back the numbers that were not used and the worker ID, and closes the connections. IDs are no longer given
    /// out from the call on; what cannot be given back is a gap.
    /// - Parameter limit: how long that may take.
    public func shutdown(within limit: Duration = .seconds(5)) async {
        async let worker: Void = snowflakes.shutdown(within: limit)
        await segments.shutdown(within: limit)
        await worker
        await pool.close()
    }
}
