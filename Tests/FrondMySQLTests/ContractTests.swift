import Frond
import FrondTesting
import Testing

@testable import FrondMySQL

@Suite("MariaDB keeps the contract of a segment store", .timeLimit(.minutes(5)))
struct MySQLSegmentContractTests {
    private let contract = SegmentStoreContract { body in
        let database = try await TestDatabase.make()
        try await body { database.store() }
    }

    @Test("keeps the contract", arguments: SegmentStoreContract.Promise.allCases)
    func keeps(promise: SegmentStoreContract.Promise) async throws {
        try await contract.check(promise)
    }
}

@Suite("MariaDB keeps the contract of a registry of worker IDs", .timeLimit(.minutes(5)))
struct MySQLWorkerContractTests {
    private let contract = WorkerRegistryContract { body in
        let database = try await TestDatabase.make()
        _ = try await MySQLWorkerRegistry(database.configuration).initialise(floorMilliseconds: nil)
        try await body { MySQLWorkerRegistry(database.configuration) }
    }

    private let originContract = RegistryOriginContract<MySQLWorkerStore> { body in
        let database = try await TestDatabase.make()
        try await body(
            RegistryOriginContract.Data {
                MySQLWorkerStore(database.configuration)
            } wipe: {
                try await database.run("DROP TABLE frond_worker, frond_registry")
                _ = try await MySQLSchema(database.configuration).apply()
            })
    }

    private let restoreContract = RegistryRestoreContract<MySQLWorkerStore> { body in
        let database = try await TestDatabase.make()
        _ = try await MySQLWorkerRegistry(database.configuration).initialise(floorMilliseconds: nil)
        try await body(MySQLWorkerStore(database.configuration))
    }

    @Test(
        "keeps the contract of a registry that goes back",
        arguments: RegistryRestoreContract<MySQLWorkerStore>.Promise.allCases)
    func keeps(promise: RegistryRestoreContract<MySQLWorkerStore>.Promise) async throws {
        try await restoreContract.check(promise)
    }

    @Test("keeps the contract", arguments: WorkerRegistryContract.Promise.allCases)
    func keeps(promise: WorkerRegistryContract.Promise) async throws {
        try await contract.check(promise)
    }

    @Test("keeps the contract", arguments: RegistryOriginContract<MySQLWorkerStore>.Promise.allCases)
    func keeps(promise: RegistryOriginContract<MySQLWorkerStore>.Promise) async throws {
        try await originContract.check(promise)
    }
}
