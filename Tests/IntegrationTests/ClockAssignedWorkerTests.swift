import Foundation
import FrondTesting
import TestServers
import Testing

#if os(Linux)
    @Suite("frond serve with the worker ID assigned to it", .timeLimit(.minutes(5)))
    struct ClockAssignedWorkerTests {
        let directory: TemporaryDirectory
        let clock: ShiftedClock

        init() throws {
            directory = try TemporaryDirectory()
            clock = try ShiftedClock()
        }

        @Test("goes on above all it issued, after kill -9 and with the clock back", arguments: [1, 5, 1000])
        func restarts(milliseconds: Int64) async throws {
            var ids = IssuedIDs()
            let first = try await FrondServerProcess.start(in: directory, clock: clock, registry: "static:7")
            try await ids.take(from: first)
            await first.crash()
            let before = ids.last
            try clock.shift(by: .milliseconds(-milliseconds))
            let second = try await FrondServerProcess.start(in: directory, clock: clock, registry: "static:7")
            try await ids.takeUntilServed(by: second)
            #expect(ids.last > before)
            try await ids.take(from: second)
            #expect(ids.workers(of: second) == [7])
        }

        @Test("with the clock back by an hour: 503 with the reason until it is mended, then service resumes")
        func hourBack() async throws {
            var ids = IssuedIDs()
            let first = try await FrondServerProcess.start(in: directory, clock: clock, registry: "static:7")
            try await ids.take(from: first)
            await first.crash()
            let before = ids.last
            try clock.shift(by: .seconds(-3600))
            // By default it would follow the mended clock only after a hundredth of the step.
            let second = try await FrondServerProcess.start(
                in: directory, clock: clock, ["worker.clockPatience=100ms", "snowflake.maxForwardJump=2h"],
                registry: "static:7")
            let refusal = try await ids.takeUntilRefused(by: second)
            #expect(refusal.body.contains("urn:frond:problem:clock-moved-backwards"), "\(refusal.body)")
            let health = try await second.snowflakeHealth()
            #expect(!health.isReady)
            #expect(health.snowflake.clock.hasPrefix("behind by"), "\(health.snowflake.clock)")
            // A little ahead, so that the three seconds that were reserved need not be waited for.
            try clock.shift(by: .seconds(5))
            try await ids.takeUntilServed(by: second)
            #expect(ids.last > before)
            try await ids.take(from: second)
            #expect(ids.workers(of: second) == [7])
        }

        @Test("a second process on the same data directory is refused with one line")
        func secondProcess() async throws {
            var ids = IssuedIDs()
            let first = try await FrondServerProcess.start(in: directory, clock: clock, registry: "static:7")
            try await ids.take(from: first)
            let (status, output) = await frond(
                "serve", "--port", "0", "--data-dir", directory.path, "--registry", "static:7")
            #expect(status == 69)
            #expect(output.hasPrefix("frond: worker ID 7 is in use by a live process"), "\(output)")
            #expect(output.split(separator: "\n").count == 1, "\(output)")
            try await ids.take(from: first)

            let release = await frond("worker", "release", "7", "--data-dir", directory.path, "--registry", "static:7")
            #expect(release.status == 69)
            #expect(release.output.contains("worker ID 7 is in use by a live process"), "\(release.output)")
            let list = await frond("worker", "list", "--data-dir", directory.path, "--registry", "static:7")
            #expect(list.status == 0)
            #expect(list.output.contains("held"), "\(list.output)")
        }

        @Test(
            "a worker ID that cannot be is one line that names it",
            arguments: [
                ("static:1024", "1024", "0 to 1023"), ("static:-1", "static:-1", "from 0"),
                ("static:seven", "static:seven", "from 0"), ("static:", "static:", "from 0"),
                ("oracle:", "oracle:", "static:N"),
            ])
        func badRegistry(registry: String, named: String, allowed: String) async {
            let (status, output) = await frond(
                "serve", "--port", "0", "--data-dir", directory.path, "--registry", registry)
            #expect(status != 0)
            #expect(output.split(separator: "\n").count == 1, "\(output)")
            #expect(output.contains(named), "\(output)")
            #expect(output.contains(allowed), "\(output)")
        }
    }
#endif
