import Frond
import FrondTesting
import Synchronization
import TestServers
import Testing

@testable import FrondZooKeeper

extension OnServersOfTheirOwn {
    @Suite("An ensemble of three", .timeLimit(.minutes(5)))
    struct EnsembleTests {
        /// Every stretch of time that was reserved for a holder, as the holders were told.
        private final class Ledger: Sendable {
            struct Stretch: Hashable, Sendable {
                var token: Int64
                var floor: Int64
                var horizon: Int64
            }

            private let stretches = Mutex<[Int64: [Int64: Stretch]]>([:])
            private let count = Mutex(0)

            func granted(_ lease: WorkerLease) {
                count.withLock { $0 += 1 }
                stretches.withLock { stretches in
                    stretches[lease.workerID, default: [:]][lease.token] = Stretch(
                        token: lease.token, floor: lease.floorMilliseconds, horizon: lease.horizonMilliseconds)
                }
            }

            var grants: Int { count.withLock { $0 } }

            /// The stretches of each worker ID, by their holders' tokens.
            var all: [[Stretch]] {
                stretches.withLock { $0.values.map { $0.values.sorted { $0.token < $1.token } } }
            }
        }

        /// A server that takes a worker ID, uses it for a while and lets it go, or forgets it, again and again.
        private func compete(_ registry: ZooKeeperWorkerRegistry, as host: String, _ ledger: Ledger) async {
            let clock = SystemTimeSource()
            var round = 0
            while !Task.isCancelled {
                round += 1
                do {
                    var lease = try await registry.acquire(
                        request(0..<3, by: "\(host)-\(round)", at: clock.wallMilliseconds, length: .milliseconds(100)))
                    ledger.granted(lease)
                    for _ in 0..<3 {
                        let time = clock.wallMilliseconds
                        lease = try await registry.extend(lease, to: time + 150, nowMilliseconds: time)
                        ledger.granted(lease)
                    }
                    if round % 2 == 0 {
                        // Nothing is issued by it any more, so the rest of its time may be another's.
                        let end = lease.horizonMilliseconds
                        try await registry.release(lease, at: end, nowMilliseconds: clock.wallMilliseconds)
                    }
                } catch {
                    await clock.sleep(until: clock.monotonic + .milliseconds(20))
                }
            }
        }

        @Test("a leader that is killed, and a majority that is lost and comes back, cost time and never uniqueness")
        func faults() async throws {
            let ensemble = try await ZooKeeperEnsemble.start()
            let ledger = Ledger()
            let competitors = try await withThrowingTaskGroup(of: ZooKeeperWorkerRegistry.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try ZooKeeperWorkerRegistry(
                            configuration(
                                ensemble.addresses, path: "/frond", options: "sessionTimeout=1500ms&callTimeout=1s"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            _ = try await untilAvailable {
                try await competitors[0].initialise(floorMilliseconds: nil)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, registry) in competitors.enumerated() {
                    group.addTask { await compete(registry, as: "host-\(index)", ledger) }
                }
                try await expectGrants(40, ledger)
                let first = try await poll("a member leads") { ensemble.leader }
                await first.kill()
                try await expectGrants(40, ledger)
                // The second of three: nothing is changed any more.
                let second = try await poll("a member leads") { ensemble.leader }
                await second.kill()
                try await expectStall(ledger)
                first.restart()
                try await expectGrants(40, ledger)
                second.restart()
                // A member that lags, and one that does not answer.
                let third = try await poll("a member leads") { ensemble.leader }
                third.pause()
                try await expectGrants(40, ledger)
                third.resume()
                try await expectGrants(40, ledger)
                group.cancelAll()
            }
            for stretches in ledger.all {
                for (before, after) in zip(stretches, stretches.dropFirst()) {
                    #expect(before.horizon <= after.floor)
                }
            }
        }

        /// Waits until no worker ID is given out or extended for a second.
        private func expectStall(_ ledger: Ledger, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            for _ in 0..<30 {
                let before = ledger.grants
                try await Task.sleep(for: .seconds(1))
                if ledger.grants == before { return }
            }
            Issue.record("worker IDs are given out without a majority", sourceLocation: sourceLocation)
        }

        /// Waits until worker IDs are given out and extended again.
        private func expectGrants(_ count: Int, _ ledger: Ledger) async throws {
            let goal = ledger.grants + count
            try await waitUntil("worker IDs are given out again") { ledger.grants >= goal }
        }

        @Test("a member that lagged behind does not show a holder the past of its record")
        func laggingMember() async throws {
            // However long the changes take on a busy machine, nothing gives up on the member that is paused.
            let ensemble = try await ZooKeeperEnsemble.start(["syncLimit=240", "maxSessionTimeout=60000"])
            let follower = try #require(ensemble.members.first { $0.mode == "follower" })
            let leader = try #require(ensemble.leader)
            let (there, here) = (try registry(leader), try registry(follower))
            _ = try await there.initialise(floorMilliseconds: nil)
            var lease = try await there.acquire(request(0..<1))
            _ = try await here.workers()
            for round in 1...4 {
                follower.pause()
                // So much that it is not done at once when the follower goes on.
                for index in 0..<100 {
                    let workerID = Int64(round * 100 + index)
                    let record = try WorkerRecord.unused(workerID).acquiring(
                        by: request(0..<1).holder, nowMilliseconds: now, length: .seconds(3))
                    #expect(try await there.store.replace(nil, with: record))
                    lease = try await there.extend(
                        lease, to: lease.horizonMilliseconds + 1, nowMilliseconds: now)
                }
                // One question at a time: after the first the follower is up to date.
                async let answer = round % 2 == 0 ? [here.store.record(0)].compactMap { $0 } : here.workers()
                // It is to be there when the follower goes on.
                try await Task.sleep(for: .milliseconds(20))
                follower.resume()
                #expect(try await answer.first == lease.record)
                #expect(try await answer.count == (round % 2 == 0 ? 1 : 1 + round * 100))
            }
        }

        private func registry(_ member: ZooKeeperServer) throws -> ZooKeeperWorkerRegistry {
            try ZooKeeperWorkerRegistry(
                configuration(member.address, path: "/frond", options: "sessionTimeout=60s&callTimeout=60s"))
        }
    }
}
