import Frond
import FrondTesting
import Testing

@Suite("The in-memory registry keeps the contract of a registry of worker IDs", .timeLimit(.minutes(5)))
struct InMemoryWorkerContractTests {
    private let contract = WorkerRegistryContract { body in
        let registry = InMemoryWorkerRegistry(InMemoryWorkerStore { _ in await Task.yield() })
        try await body { registry }
    }

    @Test("keeps the contract", arguments: WorkerRegistryContract.Promise.allCases)
    func keeps(promise: WorkerRegistryContract.Promise) async throws {
        try await contract.check(promise)
    }

    @Test("keeps the contract of a beginning", arguments: RegistryOriginContract<InMemoryWorkerStore>.Promise.allCases)
    func keepsOrigin(promise: RegistryOriginContract<InMemoryWorkerStore>.Promise) async throws {
        let contract = RegistryOriginContract<InMemoryWorkerStore> { body in
            let store = InMemoryWorkerStore(origin: nil)
            try await body(.init(open: { store }, wipe: { store.wipe() }))
        }
        try await contract.check(promise)
    }

    @Test(
        "keeps the contract of a registry that goes back",
        arguments: RegistryRestoreContract<InMemoryWorkerStore>.Promise.allCases)
    func keepsRestore(promise: RegistryRestoreContract<InMemoryWorkerStore>.Promise) async throws {
        let contract = RegistryRestoreContract<InMemoryWorkerStore> { body in try await body(InMemoryWorkerStore()) }
        try await contract.check(promise)
    }

    @Test("a registry that compares nothing breaks the contract")
    func noticesMissingComparison() async {
        let broken = WorkerRegistryContract { body in
            let registry = InMemoryWorkerRegistry(
                InMemoryWorkerStore(comparing: false) { _ in await Task.yield() })
            try await body { registry }
        }
        await #expect(throws: (any Error).self) { try await broken.checkAll() }
    }
}
