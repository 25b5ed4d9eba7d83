import Frond
import FrondEtcd
import FrondTesting
import TestServers
import Testing

@Suite("etcd keeps the contracts of a registry of worker IDs", .sharedEtcd, .timeLimit(.minutes(5)))
struct EtcdContractTests {
    @Test("keeps the contract", arguments: WorkerRegistryContract.Promise.allCases)
    func keeps(promise: WorkerRegistryContract.Promise) async throws {
        let contract = WorkerRegistryContract { body in
            let etcd = try sharedEtcd()
            let prefix = freshPrefix()
            _ = try await etcd.registry(prefix)
            try await body { try EtcdWorkerRegistry(try etcd.configuration(prefix)) }
        }
        try await contract.check(promise)
    }

    @Test(
        "keeps the contract of a registry that goes back",
        arguments: RegistryRestoreContract<EtcdWorkerStore>.Promise.allCases)
    func keepsRestore(promise: RegistryRestoreContract<EtcdWorkerStore>.Promise) async throws {
        let contract = RegistryRestoreContract<EtcdWorkerStore> { body in
            let etcd = try sharedEtcd()
            let prefix = freshPrefix()
            _ = try await etcd.registry(prefix)
            try await body(try EtcdWorkerStore(try etcd.configuration(prefix)))
        }
        try await contract.check(promise)
    }

    @Test("keeps the contract of a beginning", arguments: RegistryOriginContract<EtcdWorkerStore>.Promise.allCases)
    func keepsOrigin(promise: RegistryOriginContract<EtcdWorkerStore>.Promise) async throws {
        let contract = RegistryOriginContract<EtcdWorkerStore> { body in
            let etcd = try sharedEtcd()
            let prefix = freshPrefix()
            try await body(
                RegistryOriginContract.Data(
                    open: { try EtcdWorkerStore(try etcd.configuration(prefix)) },
                    wipe: { try await etcd.control("del", "--prefix", "\(prefix)/") }))
        }
        try await contract.check(promise)
    }
}
