import Frond
import FrondTesting
import Testing

@Suite("An assigned worker ID, claimed in the registry of its servers", .timeLimit(.minutes(5)))
struct WorkerClaimTests {
    /// 2024-01-01T00:00:00Z.
    private let now: Int64 = 1_704_067_200_000
    private let store = InMemoryWorkerStore(origin: nil)

    private func registry(_ directory: String) -> ClaimingWorkerRegistry<InMemoryWorkerStore> {
        ClaimingWorkerRegistry(FileWorkerRegistry(workerID: 7, directory: directory), claimedIn: store)
    }

    private func request(_ host: String, after elapsed: Int64 = 0) -> WorkerRequest {
        WorkerRequest(
            holder: WorkerHolder(host: host, processID: 1, startedAtMilliseconds: 0), workerIDs: 0..<32,
            nowMilliseconds: now + elapsed, length: .seconds(3))
    }

    @Test("is refused to a second server before it has it, and given once the first has stopped")
    func second() async throws {
        try await withTemporaryDirectory { one in
            try await withTemporaryDirectory { two in
                let (first, second) = (registry(one), registry(two))
                let lease = try await first.acquire(request("web-a-0"))
                let error = await #expect(throws: FrondError.self) { try await second.acquire(request("web-b-0")) }
                #expect(error?.code == .workerIDHeld)
                #expect(error?.message.contains("web-a-0") ?? false)
                try await first.release(lease, at: now + 10, nowMilliseconds: now + 10)
                _ = try await second.acquire(request("web-b-0", after: 20))
            }
        }
    }

    @Test("is had again at once by a server that crashed, on its own data directory")
    func crash() async throws {
        try await withTemporaryDirectory { directory in
            do {
                _ = try await registry(directory).acquire(request("frond-0"))
            }
            let again = try await registry(directory).acquire(request("frond-0", after: 10))
            #expect(again.workerID == 7)
        }
    }

    @Test("stops its server when another one has the claim")
    func lost() async throws {
        try await withTemporaryDirectory { directory in
            let registry = registry(directory)
            let lease = try await registry.acquire(request("frond-0"))
            let record = try #require(try await store.record(7))
            var stolen = record
            stolen.secret = .random()
            #expect(try await store.replace(record, with: stolen))
            var error: FrondError?
            for round in 1...100_000 as ClosedRange<Int64> where error == nil {
                do throws(FrondError) {
                    _ = try await registry.extend(lease, to: now + 3000 + round, nowMilliseconds: now + round)
                    await Task.yield()
                } catch let failure {
                    error = failure
                }
            }
            #expect(error?.code == .workerIDTaken)
        }
    }

    @Test("is kept while the registry is away, and claimed on when it is back")
    func outage() async throws {
        try await withTemporaryDirectory { directory in
            let time = ManualTimeSource()
            let faulty = FaultInjectingWorkerStore(store, time: time)
            let registry = ClaimingWorkerRegistry(
                FileWorkerRegistry(workerID: 7, directory: directory), claimedIn: faulty)
            var lease = try await registry.acquire(request("frond-0"))
            faulty.beginOutage()
            for round in 1...20 as ClosedRange<Int64> {
                lease = try await registry.extend(
                    lease, to: now + round * 1000 + 3000, nowMilliseconds: now + round * 1000)
            }
            #expect(lease.horizonMilliseconds == now + 23_000)
            faulty.endOutage()
            var claimed: Int64 = 0
            for round in 1...100_000 as ClosedRange<Int64> where claimed < now + 30_000 {
                lease = try await registry.extend(
                    lease, to: now + 23_000 + round, nowMilliseconds: now + 20_000 + round)
                await Task.yield()
                claimed = try await store.record(7)?.horizonMilliseconds ?? 0
            }
            #expect(claimed >= now + 30_000)
        }
    }

    @Test("is refused where the registry cannot be asked before the first ID")
    func away() async throws {
        try await withTemporaryDirectory { directory in
            let faulty = FaultInjectingWorkerStore(store, time: ManualTimeSource())
            faulty.beginOutage()
            let registry = ClaimingWorkerRegistry(
                FileWorkerRegistry(workerID: 7, directory: directory), claimedIn: faulty)
            let error = await #expect(throws: FrondError.self) { try await registry.acquire(request("frond-0")) }
            #expect(error?.code == .registryUnavailable)
            faulty.endOutage()
            _ = try await registry.acquire(request("frond-0", after: 10))
        }
    }
}
