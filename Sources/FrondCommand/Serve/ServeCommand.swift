import ArgumentParser
import Foundation
import Frond
import FrondServer
import Logging
import NIOCore
import ServiceLifecycle
import SystemPackage
import UnixSignals

/// `frond serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve IDs over HTTP and gRPC until SIGTERM or SIGINT.")

    @OptionGroup var settings: SettingOptions

    @Option(help: "The address to listen on. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "The port to listen on; 0 picks a free one. (default: 8080)")
    var port: String?

    @Option(help: "The port to listen on for gRPC; 0 picks a free one. (default: no gRPC)")
    var grpcPort: String?

    @Option(
        help:
            "Where worker IDs come from: sqlite:, sqlite:/path/to/file, static:N, statefulset: or none. (default: sqlite:)"
    )
    var registry: String?

    func run() async throws {
        try await reportingFailures {
            let settings = try Settings(
                try await settings.reader([.host: host, .port: port, .grpcPort: grpcPort, .registry: registry]))
            var logger = Logger(label: "frond", factory: { StreamLogHandler.standardError(label: $0) })
            logger.logLevel = settings.logLevel
            try await serve(settings, logger: logger)
        }
    }

    private func serve(_ settings: Settings, logger: Logger) async throws {
        OpenFiles.raiseLimit()
        let store = try await settings.store.open()
        let segments = SegmentGenerators(
            store: settings.newTags.map { AutoCreatingStore(store, settings: $0) } ?? store,
            policy: settings.policy, logger: logger)
        let configuration = settings.server
        let generators = ServedGenerators(
            segments: segments, snowflake: try makeKeeper(settings, logger: logger))
        let server = FrondServer(
            generators: generators, configuration: configuration, logger: logger,
            onListening: { port in
                let scheme = configuration.tls == nil ? "http" : "https"
                say("frond \(FrondVersion.current) listens on \(scheme)://\(configuration.host):\(port)")
                say("segments: \(settings.store.summary)\(settings.newTags == nil ? "" : ", tags made on first use")")
                say("worker IDs: \(settings.registry.summary)")
            },
            onListeningForGRPC: { port in
                let scheme = configuration.tls == nil ? "grpc" : "grpcs"
                say("listens on \(scheme)://\(configuration.grpc?.host ?? configuration.host):\(port)")
            })
        var group = ServiceGroupConfiguration(
            services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = settings.shutdownTimeout
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as FrondError {
            throw CommandFailure(.unavailable, error.message)
        } catch let error as IOError {
            throw CommandFailure(
                .unavailable,
                "cannot listen on \(configuration.host):\(configuration.port): "
                    + "\(Errno(rawValue: error.errnoCode)); "
                    + "choose another address with --host or --port")
        }
    }

    /// What holds a worker ID for snowflake IDs; nil where there is no registry.
    private func makeKeeper(_ settings: Settings, logger: Logger) throws -> WorkerKeeper? {
        guard let registry = try settings.registry.open() else { return nil }
        let snowflake = settings.snowflake
        let generator = try SnowflakeGenerator(
            layout: snowflake.layout, datacenterID: snowflake.datacenterID, policy: snowflake.policy)
        // Which port is picked is not known yet, and port 0 is no place that a restart comes back to.
        let address = settings.server.port == 0 ? "" : "\(settings.server.host):\(settings.server.port)"
        let grpc = settings.server.grpc.flatMap { $0.port == 0 ? nil : "\($0.host ?? settings.server.host):\($0.port)" }
        let holder = WorkerHolder(
            host: FileWorkerRegistry.hostName, processID: Int64(ProcessInfo.processInfo.processIdentifier),
            startedAtMilliseconds: SystemTimeSource().wallMilliseconds,
            address: address, grpcAddress: grpc ?? "", version: FrondVersion.current)
        return WorkerKeeper(
            generator: generator, registry: registry, holder: holder, policy: snowflake.worker, logger: logger)
    }
}
