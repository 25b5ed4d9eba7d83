import Foundation
import FrondTesting
import TestServers
import Testing

#if os(Linux)
    @Suite("Worker IDs that are all held", .timeLimit(.minutes(5)))
    struct ClockWorkerTests {
        static let oneWorker = ["snowflake.workerBits=0", "worker.maxHorizon=3s"]

        let directory: TemporaryDirectory
        let clock: ShiftedClock

        init() throws {
            directory = try TemporaryDirectory()
            clock = try ShiftedClock()
        }

        @Test("a server without one waits: 503 says when the next is free, and it serves once there is one")
        func waits() async throws {
            var ids = IssuedIDs(workerBits: 0)
            let first = try await FrondServerProcess.start(in: directory, clock: clock, Self.oneWorker)
            try await ids.take(from: first)
            let second = try await FrondServerProcess.start(in: directory, clock: clock, Self.oneWorker)
            let refusal = try await ids.next(from: second)
            #expect(refusal.body.contains("all 1 worker IDs are held: the next to be free is 0, in"), "\(refusal.body)")
            #expect((1...4).contains(refusal.retryAfterSeconds ?? 0))
            let health = try await second.snowflakeHealth()
            #expect(!health.isReady)
            #expect(health.snowflake.reason?.contains("are held") == true)
            // Numbers of segments do not depend on it.
            #expect(try await second.nextID() >= 1)
            #expect(await first.stop() == 0)
            try await ids.takeUntilServed(by: second)
        }

        @Test("a server that is to fail then ends with one line that says so")
        func fails() async throws {
            var ids = IssuedIDs(workerBits: 0)
            let first = try await FrondServerProcess.start(in: directory, clock: clock, Self.oneWorker)
            try await ids.take(from: first)
            let (status, output) = await frond(
                "serve", "--port", "0", "--data-dir", directory.path, "--set", "snowflake.workerBits=0",
                "--set", "worker.start=fail")
            #expect(status == 69)
            #expect(output.hasPrefix("frond: all 1 worker IDs are held: the next to be free is 0"), "\(output)")
            #expect(output.split(separator: "\n").count == 1, "\(output)")
            try await ids.take(from: first)
        }

        @Test("the list shows the holder; release is refused while the horizon has not passed, and frees it after that")
        func listAndRelease() async throws {
            struct Row: Decodable {
                var worker: Int64
                var state: String
                var process: Int64?
                var host, started, address, horizon: String?
                var token: Int64
            }
            func list() async throws -> [Row] {
                let (status, output) = await frond(
                    "worker", "list", "--json", "--data-dir", directory.path, environment: clock.environment)
                #expect(status == 0, "\(output)")
                return try JSONDecoder().decode([Row].self, from: Data(output.utf8))
            }
            func release(_ worker: String) async -> (status: Int32, output: String) {
                await frond(
                    "worker", "release", worker, "--data-dir", directory.path, environment: clock.environment)
            }

            var ids = IssuedIDs()
            let server = try await FrondServerProcess.start(in: directory, clock: clock)
            try await ids.take(1, from: server)
            let worker = ids.worker(of: ids.last)
            let held = try #require(try await list().first)
            #expect(held.worker == worker)
            #expect(held.state == "held")
            #expect(held.process != nil && held.host != nil && held.started != nil)

            let refused = await release("\(worker)")
            #expect(refused.status == 69, "\(refused.output)")
            #expect(refused.output.contains("worker ID \(worker) is held by"), "\(refused.output)")
            #expect(refused.output.split(separator: "\n").count == 1, "\(refused.output)")
            try await ids.take(from: server)
            let unknown = await release("\((worker + 1) % 1024)")
            #expect(unknown.status == 64)
            #expect(unknown.output.contains("never held"), "\(unknown.output)")
            #expect(await release("seven").status == 64)

            await server.crash()
            #expect(await release("\(worker)").status == 69, "a crash frees nothing before the horizon")
            try clock.shift(by: .seconds(60))
            #expect(try await list().first?.state == "expired")
            let freed = await release("\(worker)")
            #expect(freed.status == 0, "\(freed.output)")
            let free = try #require(try await list().first)
            #expect(free.state == "free")
            #expect(free.token > held.token)
        }
    }
#endif
