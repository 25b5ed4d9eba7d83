import Foundation
import Frond
import FrondTesting
import GRDB
import Testing

@testable import FrondSQLite

@Suite("SQLite keeps the contract of a registry of worker IDs", .timeLimit(.minutes(5)))
struct SQLiteWorkerContractTests {
    private let contract = WorkerRegistryContract { body in
        try await withTemporaryDirectory { directory in
            try await body { try SQLiteWorkerRegistry(path: "\(directory)/frond.sqlite") }
        }
    }

    @Test("keeps the contract", arguments: WorkerRegistryContract.Promise.allCases)
    func keeps(promise: WorkerRegistryContract.Promise) async throws {
        try await contract.check(promise)
    }
}

@Suite("SQLite keeps the contract of a registry that goes back", .timeLimit(.minutes(5)))
struct SQLiteRestoreContractTests {
    private let contract = RegistryRestoreContract<SQLiteWorkerStore> { body in
        try await withStore { store in try await body(SQLiteWorkerRegistry(beside: store).store) }
    }

    @Test("keeps the contract", arguments: RegistryRestoreContract<SQLiteWorkerStore>.Promise.allCases)
    func keeps(promise: RegistryRestoreContract<SQLiteWorkerStore>.Promise) async throws {
        try await contract.check(promise)
    }
}

@Suite("Worker IDs in a file", .timeLimit(.minutes(5)))
struct SQLiteWorkerFileTests {
    @Test("two registries on one file give out different worker IDs until there are none")
    func sharedFile() async throws {
        try await withStore { store in
            let one = SQLiteWorkerRegistry(beside: store)
            let other = try SQLiteWorkerRegistry(path: store.path)
            let first = try await one.acquire(workerRequest(0..<2))
            let second = try await other.acquire(workerRequest(0..<2))
            #expect(Set([first.workerID, second.workerID]) == [0, 1])
            let error = await #expect(throws: FrondError.self) { try await one.acquire(workerRequest(0..<2)) }
            #expect(error?.code == .workerIDsExhausted)
        }
    }

    @Test("processes on one file get different worker IDs")
    func processes() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/frond.sqlite"
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        await #expect(processExitsWith: .success) { [path = path as String] in
                            let registry = try SQLiteWorkerRegistry(path: path)
                            _ = try await registry.acquire(workerRequest(0..<4))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let records = try await SQLiteWorkerRegistry(path: path).workers()
            #expect(records.map(\.workerID) == [0, 1, 2, 3])
            #expect(Set(records.compactMap(\.holder?.processID)).count == 4)
            #expect(records.allSatisfy { $0.token == 1 }, "each was taken once")
        }
    }

    @Test("a file of the version before gets the table, and keeps its tags")
    func migration() async throws {
        try await withStore { old in
            _ = try await old.create(Tag("order"), TagSettings(startID: 42))
            try await old.close()
            try runSQL("\(dropColumnOf7); DROP TABLE workers; \(dropColumnsOf4); PRAGMA user_version = 1", in: old.path)
            let store = try SQLiteSegmentStore(path: old.path)
            #expect(try await store.tag(Tag("order"))?.maxID == 42)
            #expect(try await SQLiteWorkerRegistry(beside: store).acquire(workerRequest(0..<1)).workerID == 0)
            let version = try await store.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
            #expect(version == SQLiteFile.schemaVersion)
        }
    }

    @Test("a file of version 2 gets the column for gRPC, and keeps its worker IDs")
    func migrationFrom2() async throws {
        try await withStore { old in
            _ = try await SQLiteWorkerRegistry(beside: old).acquire(workerRequest(0..<1))
            try await old.close()
            try runSQL(
                "ALTER TABLE workers DROP COLUMN grpc_address; \(dropColumnOf6); \(dropColumnsOf4); "
                    + "PRAGMA user_version = 2", in: old.path)
            let store = try SQLiteSegmentStore(path: old.path)
            let records = try await SQLiteWorkerRegistry(beside: store).workers()
            #expect(records.map(\.workerID) == [0])
            #expect(records.first?.holder?.grpcAddress == "")
        }
    }

    @Test("a file of version 4 gets the column for options, and keeps its tags")
    func migrationFrom4() async throws {
        try await withStore { old in
            _ = try await old.create(Tag("order"), TagSettings(startID: 42))
            try await old.close()
            try runSQL(
                "ALTER TABLE segments DROP COLUMN options; \(dropColumnOf6); PRAGMA user_version = 4", in: old.path)
            let store = try SQLiteSegmentStore(path: old.path)
            #expect(try await store.tag(Tag("order"))?.options == TagOptions())
            let options = TagOptions(generators: [.segment, .uuid])
            _ = try await store.change(Tag("order"), TagChange(options: options))
            #expect(try await store.tag(Tag("order"))?.options == options)
        }
    }

    @Test(
        "a file of version 5 gets the column for layouts, keeps its worker IDs, and says from then on how they are used"
    )
    func migrationFrom5() async throws {
        try await withStore { old in
            let lease = try await SQLiteWorkerRegistry(beside: old).acquire(workerRequest(0..<1))
            try await SQLiteWorkerRegistry(beside: old).release(
                lease, at: lease.floorMilliseconds, nowMilliseconds: 1_000_000)
            try await old.close()
            try runSQL("\(dropColumnOf6); PRAGMA user_version = 5", in: old.path)
            let registry = SQLiteWorkerRegistry(beside: try SQLiteSegmentStore(path: old.path))
            #expect(try await registry.workers().map(\.layout) == [nil])
            var request = workerRequest(0..<1)
            request.layout = .leaf
            #expect(try await registry.acquire(request).record.layout == WorkerLayout(.leaf))
            #expect(try await registry.workers().map(\.layout) == [WorkerLayout(.leaf)])
        }
    }

    @Test("a file of version 6 gets the secrets, and a holder of that version loses its worker ID to none")
    func migrationFrom6() async throws {
        try await withStore { old in
            let lease = try await SQLiteWorkerRegistry(beside: old).acquire(workerRequest(0..<1))
            try await old.close()
            try runSQL("\(dropColumnOf7); PRAGMA user_version = 6", in: old.path)
            let registry = SQLiteWorkerRegistry(beside: try SQLiteSegmentStore(path: old.path))
            #expect(try await registry.workers() == [lease.record.withoutSecret])
            // The holder knows no secret, and none stands in the record.
            let known = WorkerLease(record: lease.record.withoutSecret)
            let longer = try await registry.extend(known, to: 9_000_000, nowMilliseconds: 1_000_000)
            #expect(longer.horizonMilliseconds == 9_000_000)
        }
    }

    @Test("a file of the version before, opened by many at the same time, becomes the new one once")
    func concurrentMigration() async throws {
        try await withStore { old in
            try await old.close()
            try runSQL("\(dropColumnOf7); DROP TABLE workers; \(dropColumnsOf4); PRAGMA user_version = 1", in: old.path)
            let path = old.path
            let leases = try await withThrowingTaskGroup(of: WorkerLease.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await SQLiteWorkerRegistry(path: path).acquire(workerRequest(0..<8)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(leases.map(\.workerID)).count == 8)
        }
    }
}

@Suite("A file of worker IDs that fails", .timeLimit(.minutes(5)))
struct SQLiteWorkerFailureTests {
    /// Each call of a registry, and what it says.
    private func expectUnavailable(
        _ registry: SQLiteWorkerRegistry, lease: WorkerLease, reading: Bool, isDetached: Bool = false,
        says text: String
    ) async {
        let extending: @Sendable () async throws -> Void = {
            _ = try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
        }
        let writing: [@Sendable () async throws -> Void] =
            (isDetached ? [] : [extending]) + [
                { try await registry.release(lease, at: 1_001_000, nowMilliseconds: 1_001_000) },
                { _ = try await registry.acquire(workerRequest(0..<2)) },
            ]
        let calls = reading ? writing + [{ _ = try await registry.workers() }] : writing
        for call in calls {
            let error = await #expect(throws: FrondError.self) { try await call() }
            #expect(error?.code == .registryUnavailable)
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }

    @Test("a file locked by another process makes the registry unavailable until it is free")
    func aFileLockedByAnotherProcessMakesTheRegistryUnavailableUntilItIsFree() async throws {
        try await withStore(busyTimeout: .milliseconds(10)) { store in
            let registry = SQLiteWorkerRegistry(beside: store)
            let lease = try await registry.acquire(workerRequest(0..<2))
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: store.path, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            await expectUnavailable(registry, lease: lease, reading: false, says: "locked by another process")
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            let longer = try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
            #expect(longer.horizonMilliseconds == 2_000_000)
        }
    }

    @Test("a file that is removed while it is open reserves no time")
    func removed() async throws {
        try await withStore { store in
            let registry = SQLiteWorkerRegistry(beside: store)
            let lease = try await registry.acquire(workerRequest(0..<2))
            try FileManager.default.moveItem(atPath: store.path, toPath: store.path + ".aside")
            await expectUnavailable(
                registry, lease: lease, reading: false, isDetached: true, says: "was removed or replaced")
        }
    }

    @Test("the holders of a file that is removed while it is open stop, until it is put back")
    func holdersOfRemoved() async throws {
        try await withStore { store in
            let registry = SQLiteWorkerRegistry(beside: store)
            let lease = try await registry.acquire(workerRequest(0..<2))
            try FileManager.default.moveItem(atPath: store.path, toPath: store.path + ".aside")
            // Also where nothing is to be moved: another process may hold worker IDs of the file in its place.
            for horizon in [lease.horizonMilliseconds, 2_000_000] {
                let error = await #expect(throws: FrondError.self) {
                    try await registry.extend(lease, to: horizon, nowMilliseconds: 1_001_000)
                }
                #expect(error?.code == .workerIDTaken)
                #expect(error?.message.contains("was removed or replaced") == true)
            }
            try FileManager.default.moveItem(atPath: store.path + ".aside", toPath: store.path)
            let longer = try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
            #expect(longer.horizonMilliseconds == 2_000_000)
        }
    }

    #if os(Linux)
        @Test("a file is apart while another process has it open, so that a worker ID is not used at once")
        func otherUsers() async throws {
            try await withStore { store in
                let registry = SQLiteWorkerRegistry(beside: store)
                _ = try await registry.acquire(workerRequest(0..<2))
                #expect(!registry.traits.isApart)
                let again = try SQLiteWorkerRegistry(path: store.path)
                #expect(!again.traits.isApart, "it is the same process")
                let path = store.path
                await #expect(processExitsWith: .success) { [path = path as String] in
                    let other = try SQLiteWorkerRegistry(path: path)
                    #expect(other.traits.isApart)
                }
                #expect(!registry.traits.isApart)
            }
        }

        @Test("the kernel's list of locks names the other users of a file")
        func locks() {
            let line = "1: POSIX  ADVISORY  READ 22175 fe:00:16242544 128 128\n"
            func hasOthers(_ locks: String) -> Bool {
                SQLiteFileUsers.hasOthers(than: 7, inode: 16_242_544, locks: locks)
            }
            #expect(hasOthers(line))
            #expect(hasOthers("2: FLOCK  ADVISORY  WRITE 7 fe:00:1 0 EOF\n" + line))
            #expect(!hasOthers(""))
            for (text, other) in [
                ("22175", "7"), ("16242544", "1624254"), ("READ 22175", "READ"), (" 128 128", " 1 1"),
            ] {
                #expect(!hasOthers(line.replacingOccurrences(of: text, with: other)))
            }
        }
    #endif

    @Test("a closed file makes the registry unavailable") func aClosedFileMakesTheRegistryUnavailable() async throws {
        try await withStore { store in
            let registry = SQLiteWorkerRegistry(beside: store)
            let lease = try await registry.acquire(workerRequest(0..<2))
            try await store.close()
            await expectUnavailable(registry, lease: lease, reading: true, says: "is closed")
        }
    }

    @Test("a path that cannot be opened makes the registry unavailable")
    func aPathThatCannotBeOpenedMakesTheRegistryUnavailable() throws {
        let error = #expect(throws: FrondError.self) { try SQLiteWorkerRegistry(path: "/") }
        #expect(error?.code == .registryUnavailable)
        #expect(error?.message.contains("is a directory") == true)
    }
}
