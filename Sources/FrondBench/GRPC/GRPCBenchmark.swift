import FrondAPI
import FrondClient
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix

/// Measures any deployment over gRPC, and checks what it answers: as ``HTTPBenchmark`` does, no ID may have come twice.
public struct GRPCBenchmark: Sendable {
    let configuration: Configuration
    let generator: Frond_V1_Generator
    private let targets: [GRPCBenchmarkTarget]

    /// - Throws: ``HTTPBenchmarkError`` for an address or a setting that cannot be measured, naming it.
    public init(_ configuration: Configuration) throws(HTTPBenchmarkError) {
        self.configuration = configuration
        targets = try configuration.targets()
        generator = Frond_V1_Generator(named: configuration.generator) ?? .unspecified
    }

    /// Connects, measures, and checks.
    /// - Parameter onProgress: called once a second while requests are sent, from any thread.
    /// - Throws: ``HTTPBenchmarkError/Code/cannotConnect`` where no server answers at an address at the start.
    public func run(
        onProgress: @escaping @Sendable (HTTPBenchmarkProgress) -> Void = { _ in }
    ) async throws -> GRPCBenchmarkReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        let outcome: Result<GRPCBenchmarkReport, any Error>
        do {
            outcome = .success(try await run(on: group, onProgress))
        } catch {
            outcome = .failure(error)
        }
        try await group.shutdownGracefully()
        return try outcome.get()
    }

    private func run(
        on group: MultiThreadedEventLoopGroup, _ onProgress: @escaping @Sendable (HTTPBenchmarkProgress) -> Void
    ) async throws -> GRPCBenchmarkReport {
        let clients = try (0..<configuration.connections).map { try client(of: targets[$0 % targets.count], on: group) }
        return try await withThrowingTaskGroup(of: Void.self) { connections in
            for client in clients { connections.addTask { try await client.runConnections() } }
            defer { for client in clients { client.beginGracefulShutdown() } }
            for (client, target) in zip(clients, targets) { try await checkAnswers(client, target) }
            return try await measure(clients, onProgress)
        }
    }

    private func client(
        of target: GRPCBenchmarkTarget, on group: MultiThreadedEventLoopGroup
    ) throws -> GRPCClient<HTTP2ClientTransport.Posix> {
        let transport = try HTTP2ClientTransport.Posix(
            target: .dns(host: target.host, port: target.port), transportSecurity: .plaintext,
            config: .defaults { $0.http2.targetWindowSize = 1 << 20 }, eventLoopGroup: group)
        return GRPCClient(
            transport: transport, interceptors: configuration.token.map { [TokenInterceptor($0)] } ?? [])
    }

    /// Checks that a server answers: a client would go on trying to connect silently.
    private func checkAnswers(
        _ client: GRPCClient<HTTP2ClientTransport.Posix>, _ target: GRPCBenchmarkTarget
    ) async throws(HTTPBenchmarkError) {
        var options = CallOptions.defaults
        options.timeout = .seconds(5)
        do {
            let health = Grpc_Health_V1_Health.Client(wrapping: client)
            _ = try await health.check(.init(), options: options)
        } catch {
            throw HTTPBenchmarkError(code: .cannotConnect, message: "cannot connect to \(target.url): \(error)")
        }
    }

    private func measure(
        _ clients: [GRPCClient<HTTP2ClientTransport.Posix>],
        _ onProgress: @escaping @Sendable (HTTPBenchmarkProgress) -> Void
    ) async throws -> GRPCBenchmarkReport {
        let totals = RunTotals()
        let budget = RecordingBudget(bytes: configuration.checkMemoryBytes)
        let start = ContinuousClock.now
        let end = start.advanced(by: configuration.duration)
        let progress = Task { await HTTPBenchmark.tell(totals, since: start, onProgress) }
        let lanes = await withTaskGroup(of: GRPCLane.self) { tasks in
            for (connection, client) in clients.enumerated() {
                let ids = Frond_V1_IDs.Client(wrapping: client)
                let lane = GRPCLane(connection: connection, budget: budget)
                switch configuration.call {
                case .stream:
                    tasks.addTask { await streamAgainAndAgain(lane, ids, until: end, totals) }
                case .unary:
                    for _ in 0..<configuration.pipelineDepth {
                        tasks.addTask { await callAgainAndAgain(lane, ids, until: end, totals) }
                    }
                }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        progress.cancel()
        let elapsed = min(start.duration(to: .now), configuration.duration)
        return GRPCBenchmarkReport(
            configuration, lanes, urls: (0..<clients.count).map { targets[$0 % targets.count].url }, elapsed: elapsed)
    }
}
