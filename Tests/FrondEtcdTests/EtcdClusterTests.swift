import Foundation
import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondEtcd

@Suite("Members of an etcd that fail cost time, never uniqueness", .timeLimit(.minutes(5)))
struct EtcdClusterTests {
    private static let options = "?timeout=1s"

    private func registries(_ etcd: EtcdServer, _ count: Int) async throws -> [EtcdWorkerRegistry] {
        var registries: [EtcdWorkerRegistry] = []
        for _ in 0..<count { registries.append(try await etcd.registry(options: Self.options)) }
        return registries
    }

    @Test("another member is asked where one is down") func anotherMemberIsAskedWhereOneIsDown() async throws {
        let etcd = try await EtcdServer.start(members: 3)
        var registries: [EtcdWorkerRegistry] = []
        for _ in 0..<6 { registries.append(try await etcd.registry()) }
        var leases: [WorkerLease] = []
        for registry in registries { leases.append(try await registry.acquire(0..<100)) }
        // Whichever member each of them has a connection to.
        let leader = try await etcd.leader()
        await etcd.kill((leader + 1) % 3)
        for (registry, lease) in zip(registries, leases) {
            let longer = try await registry.extend(lease, to: 1_009_000, nowMilliseconds: 1_001_000)
            #expect(longer.horizonMilliseconds == 1_009_000)
        }
    }

    @Test("a leader that is killed is replaced") func aLeaderThatIsKilledIsReplaced() async throws {
        let etcd = try await EtcdServer.start(members: 3)
        let contenders = Contenders()
        try await contenders.run(try await registries(etcd, 3), workerIDs: 0..<4) {
            try await contenders.waitForMore(20)
            let leader = try await etcd.leader()
            await etcd.kill(leader)
            try await contenders.waitForMore(20)
            try await etcd.restart(leader)
            try await contenders.waitForMore(20)
        }
        #expect(contenders.tenures.overlaps == [])
    }

    @Test("a member that is paused is passed over", arguments: [true, false])
    func aMemberThatIsPausedIsPassedOver(isLeader: Bool) async throws {
        let etcd = try await EtcdServer.start(members: 3)
        let contenders = Contenders()
        try await contenders.run(try await registries(etcd, 3), workerIDs: 0..<4) {
            try await contenders.waitForMore(20)
            let leader = try await etcd.leader()
            let paused = isLeader ? leader : (leader + 1) % 3
            etcd.signal(paused, SIGSTOP)
            try await contenders.waitForMore(20)
            // It wakes believing that it leads still.
            etcd.signal(paused, SIGCONT)
            try await contenders.waitForMore(20)
        }
        #expect(contenders.tenures.overlaps == [])
    }

    @Test("without a majority nothing is given out, and afterwards everything is as it was")
    func withoutAMajorityNothingIsGivenOutAndAfterwardsEverythingIsAsItWas() async throws {
        let etcd = try await EtcdServer.start(members: 3)
        let contenders = Contenders()
        let registries = try await registries(etcd, 3)
        var lease = try await etcd.registry().acquire(100..<101)
        try await contenders.run(registries, workerIDs: 0..<4) {
            try await contenders.waitForMore(20)
            let leader = try await etcd.leader()
            await etcd.kill((leader + 1) % 3)
            await etcd.kill((leader + 2) % 3)
            // The rest may answer calls that were under way, and then none.
            for _ in 0..<3 {
                let error = await frondError {
                    try await registries[0].extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
                }
                #expect(error?.code == .registryUnavailable)
            }
            let before = contenders.tenures.count
            let error = await frondError { try await registries[1].workers() }
            #expect(error?.code == .registryUnavailable)
            #expect(error?.message.contains("\n") == false)
            #expect(contenders.tenures.count == before)
            async let first: Void = etcd.restart((leader + 1) % 3)
            async let second: Void = etcd.restart((leader + 2) % 3)
            _ = try await (first, second)
            try await contenders.waitForMore(20)
        }
        #expect(contenders.tenures.overlaps == [])
        lease = try await untilAvailable {
            try await registries[0].extend(lease, to: 3_000_000, nowMilliseconds: 1_002_000)
        }
        #expect(lease.horizonMilliseconds == 3_000_000)
    }

    @Test("a member that is cut off from the others does not answer from memory")
    func aMemberThatIsCutOffFromTheOthersDoesNotAnswerFromMemory() async throws {
        let etcd = try await EtcdServer.start(members: 3)
        _ = try await etcd.registry().acquire(0..<1)
        // One member alone, as a client sees it that reaches no other.
        let leader = try await etcd.leader()
        let alone = (leader + 1) % 3
        let url = "etcd://\(etcd.addresses[alone])/frond\(Self.options)"
        let registry = try EtcdWorkerRegistry(try EtcdConfiguration(url: url))
        let before = try await untilAvailable { try await registry.workers() }
        #expect(before.count == 1)
        for member in [leader, (leader + 2) % 3] { etcd.signal(member, SIGSTOP) }
        for _ in 0..<4 {
            let error = await frondError { try await registry.workers() }
            #expect(error?.code == .registryUnavailable)
        }
        // Once it has seen that there is no leader it says so, rather than let callers wait.
        let noLeader = try await errorSaying("etcdserver: no leader") { () throws(FrondError) in
            try await registry.workers()
        }
        #expect(noLeader.message.contains("see that the majority of its members runs"))
        for member in [leader, (leader + 2) % 3] { etcd.signal(member, SIGCONT) }
        let records = try await untilAvailable { try await registry.workers() }
        #expect(records.count == 1)
    }

    /// Repeats a call until it fails with such a text.
    private func errorSaying<Value>(
        _ text: String, _ call: () async throws(FrondError) -> Value
    ) async throws -> FrondError {
        try await poll("an error says '\(text)'") {
            let error = await frondError { try await call() }
            return error?.message.contains(text) == true ? error : nil
        }
    }
}
