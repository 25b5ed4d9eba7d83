import Foundation
import FrondTesting
import TestServers
import Testing

#if os(Linux)
    @Suite("frond serve, its clock stepped back across kill -9 and a restart", .timeLimit(.minutes(5)))
    struct ClockRestartTests {
        let directory: TemporaryDirectory
        let clock: ShiftedClock

        init() throws {
            directory = try TemporaryDirectory()
            clock = try ShiftedClock()
        }

        @Test("issues at once, by a worker ID that nobody holds", arguments: [1, 5, 1000, 3_600_000])
        func restarts(milliseconds: Int64) async throws {
            var ids = IssuedIDs()
            var server = try await FrondServerProcess.start(in: directory, clock: clock)
            for step in 1...3 as ClosedRange<Int64> {
                try await ids.take(from: server)
                await server.crash()
                try clock.shift(by: .milliseconds(-step * milliseconds))
                server = try await FrondServerProcess.start(in: directory, port: server.port, clock: clock)
            }
            try await ids.take(from: server)
        }

        @Test("with one worker ID alone: 503 that says when it is free, until its horizon has passed")
        func restartsWithOneWorker() async throws {
            let settings = ["snowflake.workerBits=0", "worker.maxHorizon=3s"]
            var ids = IssuedIDs(workerBits: 0)
            let first = try await FrondServerProcess.start(in: directory, clock: clock, settings)
            try await ids.take(from: first)
            await first.crash()
            try clock.shift(by: .seconds(-1))
            let second = try await FrondServerProcess.start(in: directory, port: first.port, clock: clock, settings)
            let refusal = try await ids.next(from: second)
            #expect(refusal.body.contains("urn:frond:problem:worker-ids-exhausted"), "\(refusal.body)")
            #expect(refusal.body.contains("the next to be free is 0"), "\(refusal.body)")
            let before = ids.last
            // The horizon is three seconds at most after the crash, and the clock a second behind.
            try await ids.takeUntilServed(by: second)
            #expect(ids.last > before)
            try await ids.take(from: second)
        }

        @Test("with one worker ID alone and the clock back by an hour: 503 until it is mended, then service resumes")
        func hourBackWithOneWorker() async throws {
            // By default it would follow the mended clock only after a hundredth of the step.
            let settings = ["snowflake.workerBits=0", "worker.maxHorizon=3s", "snowflake.maxForwardJump=2h"]
            var ids = IssuedIDs(workerBits: 0)
            let first = try await FrondServerProcess.start(in: directory, clock: clock, settings)
            try await ids.take(from: first)
            await first.crash()
            try clock.shift(by: .seconds(-3600))
            let second = try await FrondServerProcess.start(in: directory, port: first.port, clock: clock, settings)
            let refusal = try await ids.next(from: second)
            #expect(refusal.body.contains("urn:frond:problem:worker-ids-exhausted"), "\(refusal.body)")
            let wait = refusal.retryAfterSeconds ?? 0
            #expect((3540...3660).contains(wait), "about an hour, but \(wait) s")
            #expect(try await second.snowflakeHealth().isReady == false)
            try clock.shift(by: .seconds(10))
            let before = ids.last
            try await ids.takeUntilServed(by: second)
            #expect(ids.last > before)
        }

        @Test("a clock that was an hour ahead and is right again repeats nothing of that hour")
        func wasAhead() async throws {
            var ids = IssuedIDs()
            try clock.shift(by: .seconds(3600))
            let wrong = try await FrondServerProcess.start(in: directory, clock: clock)
            try await ids.take(from: wrong)
            await wrong.crash()
            try clock.shift(by: .zero)
            let right = try await FrondServerProcess.start(in: directory, port: wrong.port, clock: clock)
            try await ids.take(from: right)
            #expect(ids.workers(of: wrong) != ids.workers(of: right))
            try clock.shift(by: .seconds(3600))
            let later = try await FrondServerProcess.start(in: directory, clock: clock)
            try await ids.take(from: later)
            try await ids.take(from: right)
        }
    }
#endif
