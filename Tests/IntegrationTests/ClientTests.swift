import Foundation
import Frond
import FrondClient
import FrondTesting
import Synchronization
import TestServers
import Testing

@Suite("A client of real servers", .timeLimit(.minutes(5)))
struct ClientTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func start(_ index: Int, grpcPort: Int) async throws -> FrondServerProcess {
        // All on one file, each with a folder of its own.
        try await FrondServerProcess.start(
            in: try TemporaryDirectory(),
            ["--store", "sqlite:\(directory.path)/shared.sqlite", "--grpc-port", "\(grpcPort)"])
    }

    @Test("sees no failed call and no ID twice while its servers are killed, and paused, and started again")
    func killed() async throws {
        var servers: [FrondServerProcess] = []
        var ports: [Int] = []
        for index in 0..<3 {
            let server = try await start(index, grpcPort: 0)
            servers.append(server)
            ports.append(try await server.grpcPort())
        }
        let client = try FrondClient(
            FrondClient.Configuration(
                servers: ports.map { "127.0.0.1:\($0)" }, pool: PoolPolicy(callLimit: .seconds(60)),
                segment: SegmentPolicy(maxStep: 100, waitLimit: .seconds(60)),
                snowflake: SnowflakePolicy(waitLimit: .seconds(60))))
        let tag = try Frond.Tag("order")
        let snowflake = try await client.snowflake()
        let drawn = Drawn()
        let load = Task {
            while !Task.isCancelled {
                await drawn.draw(.numbers) { () async throws(FrondError) in
                    try await client.segments.next(tag, count: 50)
                }
                await drawn.draw(.snowflakes) { () async throws(FrondError) in try await snowflake.next(count: 10) }
                await drawn.draw(.remote) { () async throws(FrondError) in
                    try await client.remote.next(tag, count: 5).compactMap { Int64($0) }
                }
            }
        }
        for round in 0..<6 * LongRun.rounds {
            let index = round % 3
            if round % 2 == 0 {
                await servers[index].crash()
                try await drawn.wait(for: 5)
                servers[index] = try await start(index, grpcPort: ports[index])
            } else {
                // It accepts connections all the while, and answers nothing.
                servers[index].process.signal(SIGSTOP)
                try await drawn.wait(for: 20)
                servers[index].process.signal(SIGCONT)
            }
            try await drawn.wait(for: 5)
        }
        load.cancel()
        await load.value
        #expect(drawn.failures.isEmpty, "\(drawn.failures)")
        let numbers = drawn[.numbers] + drawn[.remote]
        #expect(Set(numbers).count == numbers.count)
        let snowflakes = drawn[.snowflakes]
        #expect(Set(snowflakes).count == snowflakes.count)
        #expect(drawn[.numbers] == drawn[.numbers].sorted() && snowflakes == snowflakes.sorted())
        await client.shutdown()
        for server in servers { #expect(await server.stop() == 0) }
    }

    /// The IDs that one client was given, in order.
    private final class Drawn: Sendable {
        enum Kind: Hashable { case numbers, snowflakes, remote }

        private struct State: Sendable {
            var ids: [Kind: [Int64]] = [:]
            var calls = 0
            var failures: [FrondError] = []
        }

        private let state = Mutex(State())

        subscript(kind: Kind) -> [Int64] { state.withLock { $0.ids[kind] ?? [] } }
        var failures: [FrondError] { state.withLock { $0.failures } }
        private var calls: Int { state.withLock { $0.calls } }

        func draw(_ kind: Kind, _ next: () async throws(FrondError) -> [Int64]) async {
            do throws(FrondError) {
                let ids = try await next()
                state.withLock { state in
                    state.ids[kind, default: []] += ids
                    state.calls += 1
                }
            } catch {
                if error.code != .cancelled { state.withLock { $0.failures.append(error) } }
            }
        }

        /// Waits until so many more calls have been answered, or one has failed.
        func wait(for count: Int) async throws {
            let enough = calls + count
            try await waitUntil("\(count) more calls are answered") { calls >= enough || !failures.isEmpty }
        }
    }
}
