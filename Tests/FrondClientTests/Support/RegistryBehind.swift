import Frond
import FrondTesting

/// A registry of which the server that passes it on takes nothing itself.
struct RegistryBehind: WorkerRegistry {
    private let base: any WorkerRegistry

    init(_ base: any WorkerRegistry) {
        self.base = base
    }

    func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease {
        if request.holder.host == "server" {
            throw FrondError(.workerIDsExhausted, "the server has none itself", retryAfter: .seconds(60))
        }
        return try await base.acquire(request)
    }

    func extend(
        _ lease: WorkerLease, to horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) -> WorkerLease {
        try await base.extend(lease, to: horizonMilliseconds, nowMilliseconds: nowMilliseconds)
    }

    func release(
        _ lease: WorkerLease, at horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) {
        try await base.release(lease, at: horizonMilliseconds, nowMilliseconds: nowMilliseconds)
    }

    func workers() async throws(FrondError) -> [WorkerRecord] { try await base.workers() }

    func free(_ workerID: Int64, nowMilliseconds: Int64) async throws(FrondError) -> WorkerRecord {
        try await base.free(workerID, nowMilliseconds: nowMilliseconds)
    }
}
