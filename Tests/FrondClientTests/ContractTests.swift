import Frond
import FrondClient
import FrondTesting
import Testing

/// The ports over the wire keep what every backend's keep: against real servers over loopback, two on one store.
@Suite("Frond's ports over gRPC", .serialized, .timeLimit(.minutes(5)))
struct ContractTests {
    /// No reservation is made twice because a busy machine is slow: the contract looks for gaps.
    private static let policy = PoolPolicy(callLimit: .seconds(30), patience: .seconds(20))

    private let segments = SegmentStoreContract { check in
        let data = InMemorySegmentStore()
        let servers = [try await TestServer.start(data), try await TestServer.start(data)]
        try await check { try RemoteSegmentStore(servers: servers.map(\.address), policy: Self.policy) }
        for server in servers { try await server.stop() }
    }

    private let workers = WorkerRegistryContract { check in
        let data = RegistryBehind(InMemoryWorkerRegistry())
        let servers = [try await TestServer.start(registry: data), try await TestServer.start(registry: data)]
        try await check { try RemoteWorkerRegistry(servers: servers.map(\.address), policy: Self.policy) }
        for server in servers { try await server.stop() }
    }

    @Test("keep what a SegmentStore must", arguments: SegmentStoreContract.Promise.allCases)
    func segments(promise: SegmentStoreContract.Promise) async throws {
        try await segments.check(promise)
    }

    @Test("keep what a WorkerRegistry must", arguments: WorkerRegistryContract.Promise.allCases)
    func workers(promise: WorkerRegistryContract.Promise) async throws {
        try await workers.check(promise)
    }
}
