import Foundation
import Frond
import FrondAPI
import FrondTesting
import GRPCCore
import SwiftProtobuf
import Testing

@Suite("Worker IDs by gRPC", .timeLimit(.minutes(5)))
struct WorkersServiceTests {
    private let registry = InMemoryWorkerRegistry()

    private var server: TestServer {
        var server = TestServer()
        server.registry = registry
        return server
    }

    private var now: Int64 { SystemTimeSource().wallMilliseconds }

    private func request(now: Int64, length: Int64 = 10_000, end: Int64 = 32) -> Frond_V1_AcquireWorkerRequest {
        .with {
            $0.holder = Frond_V1_WorkerHolder(WorkerHolder(host: "client", processID: 7, startedAtMilliseconds: now))
            $0.endWorkerID = end
            $0.nowMilliseconds = now
            $0.lengthMilliseconds = length
        }
    }

    @Test("of a client are never listed as a server that other clients could ask")
    func pretender() async throws {
        let now = now
        try await server.withClient { client async throws in
            var request = request(now: now)
            request.holder.grpcAddress = "203.0.113.7:9090"
            #expect(try await client.workers.acquireWorker(request).lease.holder.grpcAddress == "")
            let listed = try await client.workers.listWorkers(.init()).workers.filter { $0.holder.host == "client" }
            #expect(listed.map(\.holder.grpcAddress) == [""])
        }
    }

    @Test("are held, extended and given back, and are nobody else's meanwhile")
    func lifetime() async throws {
        let now = now
        try await server.withClient { client async throws in
            let workers = client.workers
            // The server's own is taken first.
            _ = try await client.next("order", .snowflake)
            let lease = try await workers.acquireWorker(request(now: now)).lease
            #expect(lease.horizonMilliseconds == now + 10_000 && lease.holder.host == "client")
            let listed = try await workers.listWorkers(.init()).workers
            #expect(listed.count == 2 && listed.contains(lease.withoutSecret))
            let extended = try await workers.extendWorker(
                .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (lease, now + 20_000, now) }
            ).lease
            #expect(extended.horizonMilliseconds == now + 20_000 && extended.token == lease.token)
            // The reply may have been lost: the lease as it was before serves as well.
            let again = try await workers.extendWorker(
                .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (lease, now + 30_000, now) }
            ).lease
            #expect(again.horizonMilliseconds == now + 30_000)
            _ = try await workers.releaseWorker(
                .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (again, now + 5_000, now) })
            let taken = try await status {
                try await workers.extendWorker(
                    .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (again, now + 40_000, now) })
            }
            #expect(taken.code == .aborted && taken.reason == "worker-id-taken")
        }
        let record = try #require(try await registry.workers().first { $0.holder?.host == "client" })
        #expect(record.isReleased && record.horizonMilliseconds == now + 5_000)
    }

    @Test("cannot be named so that the server stumbles: a token at the end of all numbers, a clock of another year")
    func impossibleLeases() async throws {
        let now = now
        try await server.withClient { client async throws in
            let workers = client.workers
            let lease = Frond_V1_WorkerRecord.with { ($0.workerID, $0.token) = (3, .max) }
            let impossible = try await status {
                try await workers.releaseWorker(
                    .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (lease, now, now) })
            }
            #expect(impossible.code == .invalidArgument)
            // Another server may agree with the caller's clock: the client is to ask there.
            let ahead = try await status { try await workers.acquireWorker(request(now: now + 400 * 86_400_000)) }
            #expect(ahead.code == .unavailable && ahead.message.contains("clock"), "\(ahead)")
            _ = try await workers.acquireWorker(request(now: now))
        }
    }

    @Test("are never given back below the time that others issued for, whatever the caller says")
    func floor() async throws {
        let now = now
        let holder = WorkerHolder(host: "before", processID: 1, startedAtMilliseconds: 0)
        let before = try await registry.acquire(
            WorkerRequest(holder: holder, workerIDs: 0..<1, nowMilliseconds: now - 60_000, length: .seconds(30)))
        try await server.withClient { client async throws in
            var lease = try await client.workers.acquireWorker(request(now: now, end: 1)).lease
            #expect(lease.floorMilliseconds == before.horizonMilliseconds)
            lease.floorMilliseconds = 0
            _ = try await client.workers.releaseWorker(
                .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (lease, 0, now) })
        }
        let record = try #require(try await registry.workers().first { $0.workerID == 0 })
        #expect(record.horizonMilliseconds >= before.horizonMilliseconds)
    }

    @Test("of one client are not extended or freed by another, who names its lease")
    func anothersLease() async throws {
        let now = now
        try await server.withClient { client async throws in
            let lease = try await client.workers.acquireWorker(request(now: now)).lease
            var named = lease
            named.holder.processID += 1
            let extended = try await status { [named] in
                try await client.workers.extendWorker(
                    .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (named, now + 20_000, now) })
            }
            #expect(extended.reason == "worker-id-taken")
            let released = try await status { [named] in
                try await client.workers.releaseWorker(
                    .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (named, 0, now) })
            }
            #expect(released.reason == "worker-id-taken")
            #expect(try await client.workers.listWorkers(.init()).workers.contains(lease.withoutSecret))
        }
    }

    @Test("are extended and given back by their secret alone, which no list shows")
    func secrets() async throws {
        let now = now
        try await server.withClient { client async throws in
            let lease = try await client.workers.acquireWorker(request(now: now)).lease
            #expect(lease.secret.count == 16)
            for listed in try await client.workers.listWorkers(.init()).workers {
                #expect(listed.secret.isEmpty)
            }
            var forged = [lease.withoutSecret, lease, lease]
            forged[1].secret[3] ^= 1
            forged[2].secret.removeLast()
            for forged in forged {
                let extended = try await status {
                    try await client.workers.extendWorker(
                        .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (forged, now + 20_000, now) })
                }
                let released = try await status {
                    try await client.workers.releaseWorker(
                        .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (forged, now, now) })
                }
                #expect(extended.reason == "worker-id-taken" && released.reason == "worker-id-taken")
                #expect(!extended.message.contains("\(lease.secret.map { $0 })"))
            }
            let freed = try await status {
                try await client.workers.freeWorker(
                    .with { ($0.workerID, $0.nowMilliseconds) = (lease.workerID, now + 80_000_000) })
            }
            #expect(freed.reason == "worker-id-held")
            #expect(try await client.workers.listWorkers(.init()).workers.contains(lease.withoutSecret))
        }
    }

    @Test("are neither taken nor held by a caller's clock that is ahead, nor for longer than the server's horizon")
    func serverDecides() async throws {
        let now = now
        try await server.withClient { client async throws in
            let held = try await client.workers.acquireWorker(request(now: now, end: 1)).lease
            let ahead = try await status {
                try await client.workers.acquireWorker(request(now: now + 3_600_000, end: 1))
            }
            #expect(ahead.reason == "worker-ids-exhausted")
            let day: Int64 = 86_400_000
            var long = request(now: now, length: day)
            long.firstWorkerID = 1
            let lease = try await client.workers.acquireWorker(long).lease
            #expect(lease.horizonMilliseconds <= self.now + 600_000)
            let extended = try await client.workers.extendWorker(
                .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (held, now + day / 2, now + day / 2) }
            ).lease
            #expect(extended.horizonMilliseconds <= self.now + 600_000)
        }
    }

    @Test("are bounded for each client, and the last of them are left to servers")
    func shares() async throws {
        let now = now
        try await server.withClient { client async throws in
            for _ in 0..<64 { _ = try await client.workers.acquireWorker(request(now: now, end: 1024)) }
            let refused = try await status { try await client.workers.acquireWorker(request(now: now, end: 1024)) }
            #expect(refused.reason == "worker-ids-exhausted")
            #expect(refused.message.contains("the most a client may"))
        }
    }

    @Test("are given out for the server's own layout and datacenter alone, where the client says what its are")
    func layout() async throws {
        let now = now
        try await server.withClient { client async throws in
            var asked = request(now: now)
            asked.layout = try await client.workers.getLayout(.init())
            #expect(try await client.workers.acquireWorker(asked).hasLease)
            asked.layout.datacenter = 1
            let refused = try await status { [asked] in try await client.workers.acquireWorker(asked) }
            #expect(refused.code == .invalidArgument && refused.message.contains("datacenter"))
        }
    }

    @Test("that have expired are freed by anybody, and no others")
    func free() async throws {
        let now = now
        try await server.withClient { client async throws in
            let lease = try await client.workers.acquireWorker(request(now: now - 60_000, length: 30_000)).lease
            let early = try await status {
                try await client.workers.freeWorker(
                    .with { ($0.workerID, $0.nowMilliseconds) = (lease.workerID, now - 31_000) })
            }
            #expect(early.reason == "worker-id-held")
            let freed = try await client.workers.freeWorker(
                .with { ($0.workerID, $0.nowMilliseconds) = (lease.workerID, now) }
            ).worker
            #expect(freed.isReleased && freed.horizonMilliseconds == lease.horizonMilliseconds)
        }
    }

    @Test("are refused for requests that is invalid")
    func badInput() async throws {
        let now = now
        var nobody = request(now: now)
        nobody.clearHolder()
        var talkative = request(now: now)
        talkative.holder.version = String(repeating: "9", count: 1000)
        var reversed = request(now: now)
        reversed.firstWorkerID = 50
        let bad = [
            nobody, talkative, reversed, request(now: -1), request(now: now, length: 0),
            request(now: now, length: .max), request(now: now, end: .max),
        ]
        try await server.withClient { [bad] client async throws in
            for request in bad {
                let status = try await status { try await client.workers.acquireWorker(request) }
                #expect(status.code == .invalidArgument, "\(request)")
            }
            let lease = try await client.workers.acquireWorker(request(now: now)).lease
            let status = try await status {
                try await client.workers.extendWorker(
                    .with { ($0.lease, $0.horizonMilliseconds, $0.nowMilliseconds) = (lease, -1, now) })
            }
            #expect(status.code == .invalidArgument)
        }
    }

    @Test("are not to be had from a server without a registry")
    func notEnabled() async throws {
        try await TestServer().withClient { client async throws in
            let status = try await status { try await client.workers.listWorkers(.init()) }
            #expect(status.code == .unimplemented && status.reason == "generator-not-enabled")
            #expect(
                try await FrondServerTests.status { try await client.workers.getLayout(.init()) }.code == .unimplemented
            )
        }
    }
}

extension Frond_V1_WorkerRecord {
    /// The record as a list shows it.
    fileprivate var withoutSecret: Frond_V1_WorkerRecord {
        var record = self
        record.secret = .init()
        return record
    }
}
