import Foundation
import FrondTesting
import TestServers
import Testing

#if os(Linux)
    @Suite(
        "frond serve, stopped for longer than its horizon while another server takes its worker ID",
        .timeLimit(.minutes(5)))
    struct ClockPauseTests {
        /// One worker ID, so that whoever comes second must take the first one's, and the shortest horizon.
        static let oneWorker = ["snowflake.workerBits=0", "worker.maxHorizon=3s"]

        let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
        }

        @Test("repeats nothing when it wakes: 503 while the other one has it, and its own turn again after that")
        func pausedPastHorizon() async throws {
            let clock = try ShiftedClock()
            var ids = IssuedIDs(workerBits: 0)
            let first = try await FrondServerProcess.start(in: directory, clock: clock, Self.oneWorker)
            try await ids.take(from: first)
            first.process.signal(SIGSTOP)
            // One request that waits in the stopped process, and is answered when it wakes.
            async let asleep = first.snowflake()
            let second = try await FrondServerProcess.start(in: directory, clock: clock, Self.oneWorker)
            try await ids.takeUntilServed(by: second)
            try await ids.take(from: second)
            first.process.signal(SIGCONT)
            try ids.check(try await asleep, of: first)
            try await ids.takeAtTheSameTime(from: first, second)
            let refusal = try await ids.takeUntilRefused(by: first)
            #expect(refusal.body.contains("worker ID"), "\(refusal.body)")
            let health = try await first.snowflakeHealth()
            #expect(!health.isReady)
            #expect(health.snowflake.reason != nil)
            try await ids.take(from: second)
            #expect(await second.stop() == 0)
            try await ids.takeUntilServed(by: first)
            try await ids.take(from: first)
        }

        @Test("repeats nothing when it wakes and cannot ask whose its worker ID is: the horizon alone stops it")
        func wakesWithoutRegistry() async throws {
            let clock = try ShiftedClock()
            var ids = IssuedIDs(workerBits: 0)
            let first = try await FrondServerProcess.start(
                in: directory, clock: clock, Self.oneWorker + ["snowflake.waitLimit=50ms"])
            try await ids.take(from: first)
            first.process.signal(SIGSTOP)
            // Both believe it: beyond any horizon there is yet, and not so far that a clock is suspected.
            try clock.shift(by: .seconds(9))
            let second = try await FrondServerProcess.start(in: directory, clock: clock, Self.oneWorker)
            try await ids.takeUntilServed(by: second)
            let registry = try SQLiteLock(path: directory.path + "/frond.sqlite")
            first.process.signal(SIGCONT)
            try await ids.takeAtTheSameTime(from: first, second)
            #expect(try await ids.next(from: first).status == 503)
            try registry.release()
            // One of them goes on. The second's horizon may have passed while nobody could move it.
            try await poll("the server answers as expected") { () -> Bool? in
                let answers = [try await ids.next(from: first), try await ids.next(from: second)]
                return answers.map(\.status).sorted() == [200, 503] ? true : nil
            }
        }

        @Test("repeats nothing where the two machines' clocks are an hour apart: each keeps to its side of the horizon")
        func clocksApart() async throws {
            let (clock, fastClock) = (try ShiftedClock(), try ShiftedClock())
            try fastClock.shift(by: .seconds(3600))
            var ids = IssuedIDs(workerBits: 0)
            let first = try await FrondServerProcess.start(in: directory, clock: clock, Self.oneWorker)
            try await ids.take(from: first)
            first.process.signal(SIGSTOP)
            // By its clock the horizon passed long ago.
            let second = try await FrondServerProcess.start(in: directory, clock: fastClock, Self.oneWorker)
            try await ids.take(from: second)
            first.process.signal(SIGCONT)
            // By the first one's own clock it has not: it may issue what is below, until it asks for more.
            try await ids.takeAtTheSameTime(from: first, second)
            let refusal = try await ids.takeUntilRefused(by: first)
            #expect(refusal.body.contains("worker ID"), "\(refusal.body)")
            try await ids.take(from: second)
        }

        @Test("takes another worker ID when it wakes, if there is one")
        func takesAnother() async throws {
            let twoWorkers = ["snowflake.workerBits=1", "worker.maxHorizon=3s"]
            let (clock, fastClock) = (try ShiftedClock(), try ShiftedClock())
            try fastClock.shift(by: .seconds(3600))
            var ids = IssuedIDs(workerBits: 1)
            let first = try await FrondServerProcess.start(in: directory, clock: clock, twoWorkers)
            try await ids.take(from: first)
            first.process.signal(SIGSTOP)
            // It takes the worker ID that nobody had, so that the next one is left with the first one's.
            let spare = try await FrondServerProcess.start(in: directory, clock: fastClock, twoWorkers)
            try await poll("the server answers as expected") { try await spare.snowflakeHealth().snowflake.worker }
            let second = try await FrondServerProcess.start(in: directory, clock: fastClock, twoWorkers)
            try await ids.take(from: second)
            #expect(ids.workers(of: second) == ids.workers(of: first))
            #expect(await spare.stop() == 0)
            first.process.signal(SIGCONT)
            try await poll("the server answers as expected") { () -> Bool? in
                try await ids.next(from: first)
                try await ids.next(from: second)
                return ids.workers(of: first).count == 2 ? true : nil
            }
            try await ids.take(from: first)
            #expect(try await first.snowflakeHealth().isReady)
        }
    }
#endif
