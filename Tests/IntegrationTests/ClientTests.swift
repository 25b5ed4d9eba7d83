import Foundation
import Frond
import FrondClient
import TestServers
import Testing

@Suite("A client of real servers", .timeLimit(.minutes(3)))
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
                servers: ports.map { "127.0.0.1:\($0)" }, pool: PoolPolicy(callLimit: .seconds(20)),
                segment: SegmentPolicy(maxStep: 100, waitLimit: .seconds(20))))
        let tag = try Frond.Tag("order")
        let snowflake = try await client.snowflake()
        let load = Task {
            var drawn = Drawn()
            while !Task.isCancelled {
                await drawn.draw(\.numbers) { () async throws(FrondError) in
                    try await client.segments.next(tag, count: 50)
                }
                await drawn.draw(\.snowflakes) { () async throws(FrondError) in
                    try await snowflake.next(count: 10)
                }
                await drawn.draw(\.remote) { () async throws(FrondError) in
                    try await client.remote.next(tag, count: 5).compactMap { Int64($0) }
                }
            }
            return drawn
        }
        for round in 0..<6 * LongRun.rounds {
            let index = round % 3
            if round % 2 == 0 {
                await servers[index].crash()
                servers[index] = try await start(index, grpcPort: ports[index])
            } else {
                // It accepts connections all the while, and answers nothing: longer than the client is patient.
                servers[index].process.signal(SIGSTOP)
                try await Task.sleep(for: .milliseconds(700))
                servers[index].process.signal(SIGCONT)
            }
        }
        load.cancel()
        let drawn = await load.value
        #expect(drawn.failures.isEmpty, "\(drawn.failures)")
        let numbers = drawn.numbers + drawn.remote
        #expect(Set(numbers).count == numbers.count && drawn.numbers.count > 1000 && drawn.remote.count > 20)
        #expect(Set(drawn.snowflakes).count == drawn.snowflakes.count && drawn.snowflakes.count > 200)
        #expect(drawn.numbers == drawn.numbers.sorted() && drawn.snowflakes == drawn.snowflakes.sorted())
        await client.shutdown()
        for server in servers { #expect(await server.stop() == 0) }
    }

    /// What one client was given, in order.
    private struct Drawn: Sendable {
        var numbers: [Int64] = []
        var snowflakes: [Int64] = []
        var remote: [Int64] = []
        var failures: [FrondError] = []

        mutating func draw(
            _ ids: WritableKeyPath<Drawn, [Int64]>, _ next: () async throws(FrondError) -> [Int64]
        ) async {
            do throws(FrondError) {
                self[keyPath: ids] += try await next()
            } catch {
                if error.code != .cancelled { failures.append(error) }
            }
        }
    }
}
