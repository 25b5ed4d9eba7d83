import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondZooKeeper

extension OnOneServer {
    @Suite("ZooKeeper keeps the contract of a registry of worker IDs", .timeLimit(.minutes(5)))
    struct ContractTests {
        @Test("keeps the contract", arguments: WorkerRegistryContract.Promise.allCases)
        func keeps(promise: WorkerRegistryContract.Promise) async throws {
            let server = try sharedServer()
            let contract = WorkerRegistryContract { body in
                let configuration = try configuration(server.address, path: freshPath(), options: "callTimeout=10s")
                _ = try await newRegistry(configuration)
                try await body { try ZooKeeperWorkerRegistry(configuration) }
            }
            try await contract.check(promise)
        }

        @Test(
            "keeps the contract of a registry that goes back",
            arguments: RegistryRestoreContract<ZooKeeperWorkerStore>.Promise.allCases)
        func keepsRestore(promise: RegistryRestoreContract<ZooKeeperWorkerStore>.Promise) async throws {
            let server = try sharedServer()
            let contract = RegistryRestoreContract<ZooKeeperWorkerStore> { body in
                let configuration = try configuration(server.address, path: freshPath(), options: "callTimeout=10s")
                try await body(try await newRegistry(configuration).store)
            }
            try await contract.check(promise)
        }

        @Test(
            "keeps the contract of a beginning",
            arguments: RegistryOriginContract<ZooKeeperWorkerStore>.Promise.allCases)
        func keepsOrigin(promise: RegistryOriginContract<ZooKeeperWorkerStore>.Promise) async throws {
            let server = try sharedServer()
            let contract = RegistryOriginContract<ZooKeeperWorkerStore> { body in
                let configuration = try configuration(server.address, path: freshPath(), options: "callTimeout=10s")
                try await body(
                    .init(
                        open: { try store(configuration) },
                        wipe: { try await NodeEditor(server).remove(configuration.path) }))
            }
            try await contract.check(promise)
        }
    }
}
