import Foundation
import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondEtcd

@Suite("Connections to an etcd", .timeLimit(.minutes(5)))
struct EtcdConnectionTests {
    private func registry(by proxy: FaultProxy, options: String = patience) throws -> EtcdWorkerRegistry {
        try EtcdWorkerRegistry(try EtcdConfiguration(url: "etcd://127.0.0.1:\(proxy.port)/frond\(options)"))
    }

    /// True if a piece of a request is one that puts a record.
    private static let putsRecord: @Sendable ([UInt8]) -> Bool = { piece in
        String(decoding: piece, as: UTF8.self).contains("frond worker 1\n")
    }

    @Test("a restart of etcd between two calls is not noticed")
    func aRestartOfEtcdBetweenTwoCallsIsNotNoticed() async throws {
        let etcd = try await EtcdServer.start()
        let registry = try await etcd.registry()
        var lease = try await registry.acquire(0..<2)
        for round in 1...3 as ClosedRange<Int64> {
            await etcd.kill(0)
            try await etcd.restart(0)
            let now = 1_000_000 + round * 1000
            lease = try await registry.extend(lease, to: now + 3000, nowMilliseconds: now)
        }
        #expect(try await registry.workers() == [lease.record])
        #expect(lease.horizonMilliseconds == 1_006_000)
    }

    @Test("hundreds of calls within seconds are no attack on either side")
    func manyCalls() async throws {
        let etcd = try await EtcdServer.start()
        let client = try EtcdClient(try etcd.configuration(), logger: nil, time: SystemTimeSource())
        // Writes, which are not made again, of nothing, which is quick.
        for _ in 0..<300 {
            #expect(try await client.write(Etcdserverpb_TxnRequest(), "nothing").succeeded)
        }
    }

    @Test("an acquisition whose reply is lost holds its worker ID until its horizon")
    func anAcquisitionWhoseReplyIsLostHoldsItsWorkerIDUntilItsHorizon() async throws {
        let etcd = try await EtcdServer.start()
        let witness = try await etcd.registry()
        let proxy = try FaultProxy(to: etcd.port)
        let registry = try registry(by: proxy)
        try await losingReplies(of: proxy) {
            let error = await frondError { try await registry.acquire(0..<1) }
            #expect(error?.code == .registryUnavailable)
            #expect(
                error?.message.contains("whether the change of key 'frond/workers/00000' was made is not known")
                    == true)
            return try await witness.workers().count == 1
        }
        let next = await frondError { try await registry.acquire(0..<1) }
        #expect(next?.code == .workerIDsExhausted)
        let lease = try await registry.acquire(0..<1, nowMilliseconds: 1_003_000)
        #expect(lease.floorMilliseconds == 1_003_000)
    }

    @Test("an extension whose reply is lost is found by the next")
    func anExtensionWhoseReplyIsLostIsFoundByTheNext() async throws {
        let etcd = try await EtcdServer.start()
        let witness = try await etcd.registry()
        let proxy = try FaultProxy(to: etcd.port)
        let registry = try registry(by: proxy)
        let lease = try await registry.acquire(0..<1)
        try await losingReplies(of: proxy) {
            let error = await frondError {
                try await registry.extend(lease, to: 1_009_000, nowMilliseconds: 1_001_000)
            }
            #expect(error?.code == .registryUnavailable)
            return try await witness.workers().first?.horizonMilliseconds == 1_009_000
        }
        // With the lease as it was, of which nothing is known to have changed.
        let longer = try await registry.extend(lease, to: 1_010_000, nowMilliseconds: 1_002_000)
        #expect(longer.horizonMilliseconds == 1_010_000)
        #expect(longer.token == lease.token)
    }

    @Test("a read whose reply is lost is made again") func aReadWhoseReplyIsLostIsMadeAgain() async throws {
        let etcd = try await EtcdServer.start()
        _ = try await etcd.registry()
        let proxy = try FaultProxy(to: etcd.port)
        let registry = try registry(by: proxy)
        let lease = try await registry.acquire(0..<1)
        for lost in 1...3 {
            proxy.cutBeforeReply()
            #expect(try await registry.workers() == [lease.record])
            #expect(proxy.lostReplies == lost)
        }
    }

    /// Loses the reply to a write, until one was carried out all the same: what etcd says first on a connection need
    /// not be its reply.
    private func losingReplies(of proxy: FaultProxy, _ write: () async throws -> Bool) async throws {
        for tries in 1...50 {
            proxy.cutBeforeReply(where: Self.putsRecord)
            let isDone = try await write()
            #expect(proxy.lostReplies == tries)
            if isDone { return }
        }
        Issue.record("no write was carried out")
    }

    @Test("a network that swallows everything costs the timeout and no more")
    func aNetworkThatSwallowsEverythingCostsTheTimeoutAndNoMore() async throws {
        let etcd = try await EtcdServer.start()
        _ = try await etcd.registry()
        let proxy = try FaultProxy(to: etcd.port)
        let registry = try registry(by: proxy, options: "?timeout=500ms")
        let lease = try await untilAvailable { try await registry.acquire(0..<10) }
        proxy.blackHole(true)
        let start = ContinuousClock.now
        // By the connection there is, and by a new one.
        for _ in 0..<2 {
            let error = await frondError {
                try await registry.extend(lease, to: 1_009_000, nowMilliseconds: 1_001_000)
            }
            #expect(error?.code == .registryUnavailable)
            #expect(error?.message.contains("did not answer within 0.5 seconds") == true)
        }
        let took = ContinuousClock.now - start
        #expect(took >= .milliseconds(1000))
        #expect(took < .seconds(5))
        proxy.blackHole(false)
        let longer = try await untilAvailable {
            try await registry.extend(lease, to: 1_009_000, nowMilliseconds: 1_001_000)
        }
        #expect(longer.horizonMilliseconds == 1_009_000)
        // Those that were given up are closed.
        try await waitUntil("the call is under way") { proxy.connectionCount == 1 }
    }

    @Test("a connection ends with its registry and when it is closed")
    func aConnectionEndsWithItsRegistryAndWhenItIsClosed() async throws {
        let etcd = try await EtcdServer.start()
        _ = try await etcd.registry()
        let proxy = try FaultProxy(to: etcd.port)
        do {
            let registry = try registry(by: proxy)
            _ = try await registry.acquire(0..<1)
            #expect(proxy.connectionCount == 1)
        }
        try await waitUntil("the connection is closed") { proxy.connectionCount == 0 }
        let registry = try registry(by: proxy)
        _ = try await registry.workers()
        #expect(proxy.connectionCount == 1)
        await registry.store.close()
        try await waitUntil("the connection is closed") { proxy.connectionCount == 0 }
    }

    @Test("a call that is cancelled says so") func aCallThatIsCancelledSaysSo() async throws {
        let etcd = try await EtcdServer.start()
        let proxy = try FaultProxy(to: etcd.port)
        let registry = try registry(by: proxy, options: "?timeout=60s")
        proxy.blackHole(true)
        let call = Task { await frondError { try await registry.workers() } }
        try await waitUntil("the call is under way") { proxy.connectionCount == 1 }
        call.cancel()
        #expect(await call.value?.code == .cancelled)
    }
}
