import Frond
import FrondAPI
import FrondServer
import FrondTesting
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import ServiceLifecycle
import SwiftProtobuf
import Testing

/// A server on free ports of loopback, from stores in memory.
struct TestServer: Sendable {
    typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

    var store: any SegmentStore = StoreView(InMemorySegmentStore(), missingTags: .create)
    var policy = SegmentPolicy()
    /// Nil for a server without snowflake IDs.
    var registry: (any WorkerRegistry)? = nil
    var redis: CounterGenerators?
    var settings = IDIssuer.Settings()
    /// Nil for a server without tokens.
    var access: AccessControl?
    var configuration = FrondServer.Configuration(
        port: 0, threads: 2, grpc: GRPCConfiguration(port: 0), resp: RESPConfiguration(port: 0))

    /// A running server as a test sees it.
    struct Running: Sendable {
        let port: Int
        let httpPort: Int
        let respPort: Int
        /// Makes graceful shutdown begin.
        let stop: @Sendable () -> Void
    }

    /// Runs the server around some work.
    func whileRunning<Output: Sendable>(
        _ work: @escaping @Sendable (Running) async throws -> Output
    ) async throws -> Output {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let (listening, announce) = AsyncStream.makeStream(of: FrondServer.Ports.self)
        let server = FrondServer(
            generators: ServedGenerators(
                segments: SegmentGenerators(store: store, policy: policy), snowflake: try keeper(), redis: redis,
                settings: settings),
            configuration: configuration, access: access, logger: logger,
            onListening: { announce.yield($0) })
        let group = ServiceGroup(services: [server], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { announce.finish() }
                try await group.run()
            }
            var found: FrondServer.Ports?
            for await ports in listening {
                found = ports
                break
            }
            guard let httpPort = found?.http, let port = found?.grpc, let respPort = found?.resp else {
                try await tasks.waitForAll()
                throw NeverListened()
            }
            let running = Running(port: port, httpPort: httpPort, respPort: respPort) {
                Task { await group.triggerGracefulShutdown() }
            }
            let output = try await work(running)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return output
        }
    }

    /// Runs the server and one client of it around some work.
    func withClient<Output: Sendable>(
        _ work: @escaping @Sendable (Client) async throws -> Output
    ) async throws -> Output {
        try await whileRunning { running in try await running.withClient { try await work($0) } }
    }

    private func keeper() throws -> WorkerKeeper? {
        guard let registry else { return nil }
        let holder = WorkerHolder(host: "test", processID: 1, startedAtMilliseconds: 0)
        return WorkerKeeper(generator: try SnowflakeGenerator(), registry: registry, holder: holder)
    }

    struct NeverListened: Error {}
}

extension TestServer.Running {
    func withClient<Output: Sendable>(
        security: HTTP2ClientTransport.Posix.TransportSecurity = .plaintext, host: String = "127.0.0.1",
        interceptors: [any ClientInterceptor] = [],
        _ work: @escaping @Sendable (TestServer.Client) async throws -> Output
    ) async throws -> Output {
        let transport = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: host, port: port), transportSecurity: security)
        let client = GRPCClient(transport: transport, interceptors: interceptors)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await client.runConnections() }
            let output: Output
            do {
                output = try await work(client)
            } catch {
                tasks.cancelAll()
                throw error
            }
            client.beginGracefulShutdown()
            return output
        }
    }
}

extension TestServer.Client {
    var ids: Frond_V1_IDs.Client<HTTP2ClientTransport.Posix> { Frond_V1_IDs.Client(wrapping: self) }
    var segments: Frond_V1_Segments.Client<HTTP2ClientTransport.Posix> { Frond_V1_Segments.Client(wrapping: self) }
    var workers: Frond_V1_Workers.Client<HTTP2ClientTransport.Posix> { Frond_V1_Workers.Client(wrapping: self) }
    var health: Grpc_Health_V1_Health.Client<HTTP2ClientTransport.Posix> {
        Grpc_Health_V1_Health.Client(wrapping: self)
    }

    func next(_ tag: String = "order", _ generator: Frond_V1_Generator = .segment) async throws -> Int64 {
        try await ids.next(.with { ($0.tag, $0.generator) = (tag, generator) }).number
    }

    func batch(
        _ count: Int, _ tag: String = "order", _ generator: Frond_V1_Generator = .segment
    ) async throws -> [Int64] {
        let response = try await ids.nextBatch(
            .with { ($0.tag, $0.generator, $0.count) = (tag, generator, Int32(count)) })
        return try response.runs.numbers
    }
}

extension [Frond_V1_NumberRun] {
    var numbers: [Int64] {
        get throws { try flatMap { [Int64](try NumberRun($0)) } }
    }
}

/// Returns the status that a call ended with.
func status(
    sourceLocation: SourceLocation = #_sourceLocation, of call: () async throws -> some Sendable
) async throws -> ErrorStatus {
    do {
        _ = try await call()
    } catch let error as RPCError {
        return ErrorStatus(error)
    }
    return try #require(nil, "the call succeeded", sourceLocation: sourceLocation)
}
