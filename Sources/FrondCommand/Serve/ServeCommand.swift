import ArgumentParser
import Foundation
import Frond
import FrondMySQL
import FrondRedis
import FrondServer
import Logging
import NIOCore
import ServiceLifecycle
import SystemPackage

/// `frond serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve IDs over HTTP, gRPC and RESP until SIGTERM or SIGINT.",
        discussion: "SIGHUP, or 'frond reload', reads the settings, tokens and certificates anew.")

    @OptionGroup var settings: SettingOptions

    @Option(parsing: .unconditional, help: "The address to listen on. (default: 127.0.0.1)")
    var host: String?

    @Option(parsing: .unconditional, help: "The port to listen on; 0 picks a free one. (default: 8080)")
    var port: String?

    @Option(
        parsing: .unconditional, help: "The port to listen on for gRPC; 0 picks a free one. (default: no gRPC)")
    var grpcPort: String?

    @Option(
        parsing: .unconditional,
        help: "The port to listen on for Redis clients; 0 picks a free one. (default: no RESP)")
    var respPort: String?

    @Option(
        parsing: .unconditional,
        help:
            """
            The registry of worker IDs: sqlite:, mysql://…, etcd://…, zookeeper://…, static:N, \
            statefulset:NAME[+OFFSET] or none. \
            (default: as the store)
            """
    )
    var registry: String?

    @Option(
        parsing: .unconditional,
        help:
            """
            A Redis that counts: redis://host:6379/0, rediss:// for TLS, redis+sentinel://s1,s2/name or \
            redis+cluster://n1,n2.
            """
    )
    var redis: String?

    func run() async throws {
        try await reportingFailures {
            let read: @Sendable () async throws -> SettingsReader = { [self] in try await readSettings() }
            let reader = try await read()
            let settings = try Settings(reader)
            try Self.check(settings)
            let level = LogLevelSetting(settings.logLevel)
            let logger = Logger(label: "frond") { [format = settings.logFormat] label in
                LiveLogHandler(format.handler(label), level: level)
            }
            for warning in settings.access.warnings { warn(warning) }
            // From the first moment on: whatever hangs later, a stop ends within its time.
            let signals = ProcessSignals(
                endingWithin: settings.server.shutdownDelay + settings.shutdownTimeout)
            let live = LiveSettings(settings.live)
            let access = AccessControl(settings.access.rules, logger: logger)
            let reload = SettingsReload(
                reader, settings.server, access: access, live: live, level: level, logger: logger, read: read)
            try await Self.serve(
                settings, Running(access: access, live: live, reload: reload), until: signals.received, logger: logger)
            withExtendedLifetime(signals) {}
        }
    }

    /// The parts that a reload changes while the server runs.
    private struct Running {
        let access: AccessControl
        let live: LiveSettings
        let reload: SettingsReload
    }

    private func readSettings() async throws -> SettingsReader {
        try await settings.reader(
            [
                .host: host, .port: port, .grpcPort: grpcPort, .respPort: respPort, .registry: registry, .redis: redis,
            ])
    }

    private static func serve(
        _ settings: Settings, _ running: Running, until signals: AsyncStream<ProcessSignals.Wish>, logger: Logger
    ) async throws {
        OpenFiles.raiseLimit()
        let store = try settings.store.open(logger: logger)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await serve(settings, running, on: store, until: signals, logger: logger))
        } catch {
            outcome = .failure(error)
        }
        try await store.close()
        try outcome.get()
    }

    private static func serve(
        _ settings: Settings, _ running: Running, on store: OpenStore,
        until signals: AsyncStream<ProcessSignals.Wish>, logger: Logger
    ) async throws {
        try await check(store, settings, logger: logger)
        let view = StoreView(store.segments, missingTags: settings.missingTags)
        let segments = SegmentGenerators(store: view, policy: settings.policy, logger: logger)
        let configuration = settings.server
        let generators = ServedGenerators(
            segments: segments, snowflake: try makeKeeper(settings, beside: store, logger: logger),
            redis: await makeCounters(settings.redis, ceiling: view, logger: logger),
            tickets: makeTickets(settings, tags: view, logger: logger),
            settings: IDIssuer.Settings(
                waitLimit: settings.policy.waitLimit, scrambleKey: settings.scrambleKey, zones: TimeZoneNames()))
        let server = FrondServer(
            generators: generators, configuration: configuration, access: running.access, live: running.live,
            reload: { [reload = running.reload] () throws(FrondError) in try await reload.run() }, logger: logger,
            onListening: { ports in announce(ports, settings, logger: logger) })
        do {
            try await run(server, settings, running, until: signals, logger: logger)
        } catch let error as FrondError {
            throw CommandFailure(.unavailable, error.message)
        } catch let error as IOError {
            throw cannotListen(on: configuration, "\(Errno(rawValue: error.errnoCode))")
        } catch is SocketAddressError.UnknownHost {
            throw cannotListen(on: configuration, "the host does not exist")
        }
    }

    /// Runs the server until it has ended: by itself, or after a signal. A second signal ends the shutdown delay.
    private static func run(
        _ server: FrondServer, _ settings: Settings, _ running: Running,
        until signals: AsyncStream<ProcessSignals.Wish>, logger: Logger
    ) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)], logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.server.shutdownDelay + settings.shutdownTimeout
        let group = ServiceGroup(configuration: configuration)
        let stopping = Task {
            var isFirst = true
            for await wish in signals {
                guard wish == .stop else {
                    // The log says why it failed, if it did.
                    _ = try? await running.reload.run()
                    continue
                }
                if isFirst { await group.triggerGracefulShutdown() } else { server.stopNow() }
                isFirst = false
            }
        }
        defer { stopping.cancel() }
        try await group.run()
    }

    /// Tells people where the server listens. A lost line is not a reason to end a server.
    private static func announce(
        _ ports: FrondServer.Ports, _ settings: Settings, logger: Logger
    ) {
        let configuration = settings.server
        let secure = configuration.tls == nil ? "" : "s"
        var lines = [
            "frond \(FrondVersion.current) listens on http\(secure)://\(configuration.address(port: ports.http))"
        ]
        if let address = configuration.grpcAddress(port: ports.grpc) {
            lines.append("listens on grpc\(secure)://\(address)")
        }
        if let address = configuration.respAddress(port: ports.resp) {
            lines.append("listens on resp\(secure)://\(address)")
        }
        if let address = configuration.adminAddress(port: ports.admin) {
            lines.append("administration on http\(configuration.admin?.tls == nil ? "" : "s")://\(address)")
        }
        lines += settings.summary
        do {
            for line in lines { try say(line) }
        } catch {
            logger.warning("standard output cannot be written", metadata: ["error": "\(error)"])
        }
    }

    /// Checks what a start reads besides the settings: certificates, the layout of snowflake IDs.
    /// - Throws: ``CommandFailure`` or `FrondError`, naming the file or the setting.
    static func check(_ settings: Settings) throws {
        do throws(FrondError) {
            try settings.server.checkCertificates()
        } catch {
            throw CommandFailure(.unavailable, error.message)
        }
        guard settings.registry != .none else { return }
        let snowflake = settings.snowflake
        _ = try SnowflakeGenerator(
            layout: snowflake.layout, datacenterID: snowflake.datacenterID, policy: snowflake.policy)
    }

    /// Checks that the store can be used. If the settings say to wait for it, a problem is logged, and logged again by
    /// the server until it is solved.
    private static func check(_ store: OpenStore, _ settings: Settings, logger: Logger) async throws {
        do {
            try await store.check()
        } catch let error as FrondError {
            guard settings.segmentStart == .wait else { throw CommandFailure(error) }
            logger.warning("the segment store cannot be used yet", metadata: ["reason": "\(error.message)"])
        }
    }

    /// Makes the counters in Redis, which need not answer yet.
    private static func makeCounters(
        _ settings: RedisSettings?, ceiling: StoreView, logger: Logger
    ) async -> CounterGenerators? {
        guard let settings else { return nil }
        let store = RedisCounterStore(settings.url, ceiling: ceiling, policy: settings.policy, logger: logger) {
            event in
            logger.warning("a counter was lost in Redis", metadata: ["reason": "\(event)"])
        }
        do {
            try await store.check()
            if let warning = await store.durabilityWarning() { logger.warning("\(warning)") }
        } catch {
            logger.warning("Redis cannot be used yet", metadata: ["reason": "\(error.message)"])
        }
        return CounterGenerators(store: store, logger: logger)
    }

    /// Makes the tickets: the auto-increment of the databases of the store; nil for another store.
    private static func makeTickets(
        _ settings: Settings, tags: StoreView, logger: Logger
    ) -> CounterGenerators? {
        guard case .mysql(let configurations) = settings.store else { return nil }
        let store = MySQLTicketStore(configurations, logger: logger)
        return CounterGenerators(store: store, tags: tags, logger: logger)
    }

    private static func cannotListen(
        on configuration: FrondServer.Configuration, _ reason: String
    ) -> CommandFailure {
        CommandFailure(
            .unavailable,
            "cannot listen on \(configuration.address(port: configuration.port)): \(reason); "
                + "choose another address with --host or --port")
    }

    /// Makes the keeper of a worker ID for snowflake IDs; nil without a registry.
    private static func makeKeeper(_ settings: Settings, beside store: OpenStore, logger: Logger) throws
        -> WorkerKeeper?
    {
        let snowflake = settings.snowflake
        let registry = try settings.registry.open(
            beside: store, storeURL: settings.store,
            holdAfterLoss: snowflake.worker.maxHorizon + .seconds(60)
        ) { reason in
            logger.error("the registry of worker IDs went back", metadata: ["reason": "\(reason)"])
        }
        guard let registry else { return nil }
        let generator = try SnowflakeGenerator(
            layout: snowflake.layout, datacenterID: snowflake.datacenterID, policy: snowflake.policy)
        // The server adds its address when it has its port.
        return WorkerKeeper(
            generator: generator, registry: registry, holder: .current, policy: snowflake.worker, logger: logger,
            executor: ThreadExecutor()
        ) { error in
            logger.error("the worker ID was lost", metadata: ["reason": "\(error.message)"])
        }
    }
}
