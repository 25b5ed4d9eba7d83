import Frond
import FrondEtcd
import FrondTesting
import Synchronization

/// The worker IDs granted to each holder and their times: no two may be granted the same.
final class Tenures: Sendable {
    /// The time in milliseconds that one holder was given.
    private struct Tenure: Sendable {
        var floor: Int64
        var horizon: Int64
    }

    private struct Key: Hashable, Sendable {
        var workerID: Int64
        var token: Int64
    }

    private let given = Mutex<[Key: Tenure]>([:])

    /// The number of tenures.
    var count: Int { given.withLock { $0.count } }

    /// A lease was acquired or extended.
    func add(_ lease: WorkerLease) {
        given.withLock {
            $0[Key(workerID: lease.workerID, token: lease.token)] = Tenure(
                floor: lease.floorMilliseconds, horizon: lease.horizonMilliseconds)
        }
    }

    /// The holder issues nothing more, whatever becomes of the call by which it says so.
    func end(_ lease: WorkerLease, at horizon: Int64) {
        given.withLock {
            $0[Key(workerID: lease.workerID, token: lease.token)] = Tenure(
                floor: lease.floorMilliseconds, horizon: min(horizon, lease.horizonMilliseconds))
        }
    }

    /// Those of one worker ID that overlap.
    var overlaps: [String] {
        given.withLock { given in
            Dictionary(grouping: given, by: \.key.workerID).flatMap { workerID, tenures in
                let ordered = tenures.sorted { $0.key.token < $1.key.token }.map(\.value)
                return zip(ordered, ordered.dropFirst()).compactMap { former, latter in
                    former.horizon <= latter.floor
                        ? nil : "worker ID \(workerID): \(former.horizon) is above \(latter.floor)"
                }
            }
        }
    }
}

/// Servers that run after the same few worker IDs, each by a registry of its own, on a clock that races.
final class Contenders: Sendable {
    /// The advance of the clock with each call, so that horizons pass all the time: milliseconds.
    private static let pace: Int64 = 400

    let tenures = Tenures()
    private let now = Atomic<Int64>(1_000_000)
    private let isStopped = Atomic(false)

    /// Lets them run until `body` has ended.
    /// - Parameter seed: what each of them does.
    func run(_ registries: [EtcdWorkerRegistry], workerIDs: Range<Int64>, _ body: () async throws -> Void) async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, registry) in registries.enumerated() {
                group.addTask { try await self.contend(registry, "host-\(index)", workerIDs, seed: UInt64(index)) }
            }
            do {
                try await body()
            } catch {
                isStopped.store(true, ordering: .relaxed)
                throw error
            }
            isStopped.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
    }

    /// Waits until so many more leases were given, which shows that the registry works.
    func waitForMore(_ count: Int) async throws {
        let before = tenures.count
        try await waitUntil("\(count) more leases are given") { tenures.count >= before + count }
    }

    private func contend(
        _ registry: EtcdWorkerRegistry, _ host: String, _ workerIDs: Range<Int64>, seed: UInt64
    ) async throws {
        var random = SplitMix64(seed: seed)
        while !isStopped.load(ordering: .relaxed) {
            do throws(FrondError) {
                var lease = try await registry.acquire(workerIDs, by: host, nowMilliseconds: tick())
                tenures.add(lease)
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let now = tick()
                    lease = try await registry.extend(lease, to: now + 3000, nowMilliseconds: now)
                    tenures.add(lease)
                }
                guard Bool.random(using: &random) else { continue }
                let end = min(lease.horizonMilliseconds, max(lease.floorMilliseconds, tick()))
                tenures.end(lease, at: end)
                try await registry.release(lease, at: end, nowMilliseconds: end)
            } catch {
                // What a server meets with while members fail and others are faster; anything else fails the test.
                switch error.code {
                case .registryUnavailable, .workerIDsExhausted, .workerIDTaken: break
                default: throw error
                }
            }
        }
    }

    private func tick() -> Int64 { now.add(Self.pace, ordering: .relaxed).newValue }
}
