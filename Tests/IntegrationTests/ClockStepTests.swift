import Foundation
import FrondTesting
import TestServers
import Testing

#if os(Linux)
    @Suite("frond serve, its clock stepped while it runs", .timeLimit(.minutes(5)))
    struct ClockStepTests {
        let directory: TemporaryDirectory
        let clock: ShiftedClock

        init() throws {
            directory = try TemporaryDirectory()
            clock = try ShiftedClock()
        }

        @Test("the shifted clock is what the server sees, or none of these tests would mean a thing")
        func shimWorks() async throws {
            try clock.shift(by: .seconds(-86_400))
            let server = try await FrondServerProcess.start(in: directory, clock: clock)
            var ids = IssuedIDs()
            try await ids.take(1, from: server)
            let yesterday = Date().timeIntervalSince1970 - 86_400
            #expect(abs(Double(ids.milliseconds(of: ids.last)) / 1000 - yesterday) < 60)
        }

        @Test("back by less than IDs may run ahead: they go on from the last one, without an error", arguments: [1, 5])
        func slightlyBack(milliseconds: Int64) async throws {
            let server = try await FrondServerProcess.start(in: directory, clock: clock)
            var ids = IssuedIDs()
            for step in 0..<10 as Range<Int64> {
                try clock.shift(by: .milliseconds(-step * milliseconds))
                try await ids.take(from: server)
                #expect(try await server.snowflakeHealth().isReady)
            }
            #expect(ids.workers(of: server).count == 1)
        }

        @Test("back by a second: 503 with the reason, and the same worker ID goes on when the clock has caught up")
        func secondBack() async throws {
            let server = try await FrondServerProcess.start(
                in: directory, clock: clock, ["snowflake.waitLimit=50ms", "worker.clockPatience=1h"])
            var ids = IssuedIDs()
            try await ids.take(from: server)
            // Another step where the machine was too slow to see the one before.
            var steps = 0
            let (refusal, health) = try await poll("the server answers as expected") {
                steps += 1
                try clock.shift(by: .seconds(-steps))
                let answer = try await ids.next(from: server)
                let health = try await server.snowflakeHealth()
                return answer.status == 200 || health.isReady ? nil : (answer, health.snowflake)
            }
            #expect(refusal.body.contains("urn:frond:problem:clock-moved-backwards"), "\(refusal.body)")
            #expect((1...3).contains(refusal.retryAfterSeconds ?? 0))
            #expect(health.status == "down")
            #expect(health.clock.hasPrefix("behind by"), "\(health.clock)")
            #expect(health.reason?.contains("behind the last ID") == true)
            try await ids.takeUntilServed(by: server)
            try await ids.take(from: server)
            #expect(ids.workers(of: server).count == 1)
            let healed = try await poll("the server answers as expected") {
                try await server.snowflakeHealth().isReady ? server.snowflakeHealth() : nil
            }
            #expect(healed.snowflake.clock == "ok")
        }

        @Test("back by a second: a request that may wait so long waits, and gets its ID")
        func secondBackWaiting() async throws {
            let server = try await FrondServerProcess.start(in: directory, clock: clock, ["snowflake.waitLimit=5s"])
            var ids = IssuedIDs()
            try await ids.take(from: server)
            try clock.shift(by: .seconds(-1))
            try await ids.take(from: server)
            #expect(ids.workers(of: server).count == 1)
        }

        @Test("back by an hour and mended: 503 meanwhile, then the same worker ID goes on")
        func hourBackAndMended() async throws {
            let server = try await FrondServerProcess.start(in: directory, clock: clock, ["worker.clockPatience=1h"])
            var ids = IssuedIDs()
            try await ids.take(from: server)
            try clock.shift(by: .seconds(-3600))
            let refusal = try await ids.takeUntilRefused(by: server)
            #expect(refusal.body.contains("urn:frond:problem:clock-moved-backwards"), "\(refusal.body)")
            #expect(try await server.snowflakeHealth().isReady == false)
            try clock.shift(by: .zero)
            try await ids.takeUntilServed(by: server)
            try await ids.take(from: server)
            #expect(ids.workers(of: server).count == 1)
            #expect(try await server.snowflakeHealth().isReady)
        }

        @Test("back by an hour for longer than the patience: another worker ID, at the time of the new clock")
        func hourBack() async throws {
            let server = try await FrondServerProcess.start(
                in: directory, clock: clock, ["worker.clockPatience=300ms"])
            var ids = IssuedIDs()
            try await ids.take(from: server)
            let before = ids.last
            try clock.shift(by: .seconds(-3600))
            _ = try await ids.takeUntilRefused(by: server)
            try await ids.takeUntilServed(by: server)
            try await ids.take(from: server)
            #expect(ids.workers(of: server).count == 2)
            let distance = ids.milliseconds(of: before) - ids.milliseconds(of: ids.last)
            #expect(abs(distance - 3_600_000) < 60_000, "an hour before, but \(distance) ms")
            let health = try await server.snowflakeHealth()
            #expect(health.isReady)
            #expect(health.snowflake.clock == "ok")
            #expect(health.snowflake.worker == ids.worker(of: ids.last))
            // The true time again: the first worker ID's past is nothing that the second could repeat.
            try clock.shift(by: .zero)
            try await ids.take(from: server)
        }

        @Test("an hour forward and back: not followed, so it burns no time and costs no error")
        func hourForward() async throws {
            let server = try await FrondServerProcess.start(in: directory, clock: clock)
            var ids = IssuedIDs()
            try await ids.take(from: server)
            try clock.shift(by: .seconds(3600))
            try await ids.take(from: server)
            let now = Date().timeIntervalSince1970
            #expect(abs(Double(ids.milliseconds(of: ids.last)) / 1000 - now) < 60, "an hour was burnt")
            let health = try await server.snowflakeHealth()
            #expect(health.isReady)
            #expect(health.snowflake.clock.hasPrefix("ahead by"), "\(health.snowflake.clock)")
            try clock.shift(by: .zero)
            try await ids.take(from: server)
            #expect(ids.workers(of: server).count == 1)
            #expect(try await server.snowflakeHealth().snowflake.clock == "ok")
        }

        @Test("an hour forward, followed, and back: 503, then another worker ID, and nothing repeated")
        func hourForwardFollowed() async throws {
            let server = try await FrondServerProcess.start(
                in: directory, clock: clock, ["snowflake.maxForwardJump=2h", "worker.clockPatience=300ms"])
            var ids = IssuedIDs()
            try await ids.take(from: server)
            try clock.shift(by: .seconds(3600))
            // Beyond the horizon, which is moved at once.
            try await ids.take(from: server)
            #expect(ids.workers(of: server).count == 1)
            try clock.shift(by: .zero)
            let refusal = try await ids.takeUntilRefused(by: server)
            #expect(refusal.body.contains("urn:frond:problem:clock-moved-backwards"), "\(refusal.body)")
            try await ids.takeUntilServed(by: server)
            try await ids.take(from: server)
            #expect(ids.workers(of: server).count == 2)
            // The hour that the first worker ID has used already.
            try clock.shift(by: .seconds(3600))
            try await ids.take(from: server)
        }
    }
#endif
