import Frond
import FrondServer
import FrondTesting
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// A server in this process, on free ports of loopback, which runs until it is stopped.
final class TestServer: Sendable {
    let port: Int
    let httpPort: Int
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    var address: String { "127.0.0.1:\(port)" }

    private init(port: Int, httpPort: Int, group: ServiceGroup, task: Task<Void, any Error>) {
        self.port = port
        self.httpPort = httpPort
        self.group = group
        self.task = task
    }

    deinit {
        task.cancel()
    }

    /// - Parameters:
    ///   - registry: nil for a server without snowflake IDs.
    ///   - port: 0 for a free one; a test that restarts a server names that of the first.
    static func start(
        _ store: any SegmentStore = StoreView(InMemorySegmentStore(), missingTags: .create),
        registry: (any WorkerRegistry)? = nil,
        layout: SnowflakeLayout = .leaf, datacenterID: Int64 = 0, port: Int = 0, host: String = "127.0.0.1",
        tls: ServerTLS? = nil, settings: IDIssuer.Settings = IDIssuer.Settings(), access: AccessControl? = nil
    ) async throws -> TestServer {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let keeper = try registry.map { registry in
            WorkerKeeper(
                generator: try SnowflakeGenerator(layout: layout, datacenterID: datacenterID), registry: registry,
                holder: WorkerHolder(host: "server", processID: 1, startedAtMilliseconds: 0))
        }
        let (listening, announce) = AsyncStream.makeStream(of: FrondServer.Ports.self)
        let server = FrondServer(
            generators: ServedGenerators(
                segments: SegmentGenerators(store: store), snowflake: keeper, settings: settings),
            configuration: FrondServer.Configuration(
                host: host, port: 0, drainLimit: .seconds(2), threads: 1, grpc: GRPCConfiguration(port: port),
                tls: tls),
            access: access, logger: logger, onListening: { announce.yield($0) })
        let group = ServiceGroup(services: [server], logger: logger)
        let task = Task {
            defer { announce.finish() }
            try await group.run()
        }
        for await ports in listening {
            return TestServer(port: try #require(ports.grpc), httpPort: ports.http, group: group, task: task)
        }
        try await task.value
        throw NeverListened()
    }

    /// Ends the server as an operator does, and returns once it has ended.
    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await task.value
    }

    struct NeverListened: Error {}
}
