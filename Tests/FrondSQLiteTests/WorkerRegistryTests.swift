import Foundation
import Frond
import FrondSQLite
import FrondTesting
import GRDB
import Testing

@Suite("SQLite keeps the contract of a registry of worker IDs")
struct SQLiteWorkerContractTests {
    private let contract = WorkerRegistryContract { body in
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.path + "/frond.sqlite"
        try await body { try SQLiteWorkerRegistry(path: path) }
    }

    @Test(arguments: WorkerRegistryContract.Promise.allCases)
    func keeps(promise: WorkerRegistryContract.Promise) async throws {
        try await contract.check(promise)
    }
}

@Suite("Worker IDs in a file")
struct SQLiteWorkerFileTests {
    private func withFile(_ body: (_ path: String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory.path + "/frond.sqlite")
    }

    private func request(_ workerIDs: Range<Int64>) -> WorkerRequest {
        WorkerRequest(
            holder: WorkerHolder(host: "test", processID: 1, startedAtMilliseconds: 0), workerIDs: workerIDs,
            nowMilliseconds: 1_000_000, length: .seconds(3))
    }

    @Test("two registries on one file give out different worker IDs until there are none")
    func sharedFile() async throws {
        try await withFile { path in
            let one = try SQLiteWorkerRegistry(path: path)
            let other = try SQLiteWorkerRegistry(path: path)
            let first = try await one.acquire(request(0..<2))
            let second = try await other.acquire(request(0..<2))
            #expect(Set([first.workerID, second.workerID]) == [0, 1])
            await #expect { try await one.acquire(request(0..<2)) } throws: {
                ($0 as? FrondError)?.code == .workerIDsExhausted
            }
        }
    }

    @Test("a row that somebody made unreadable is given to nobody, and the others are")
    func unreadableRow() async throws {
        try await withFile { path in
            let registry = try SQLiteWorkerRegistry(path: path)
            let lease = try await registry.acquire(request(0..<2))
            try await registry.release(lease, at: 1_000_000, nowMilliseconds: 1_000_000)
            let editor = try DatabaseQueue(path: path)
            try await editor.writeWithoutTransaction { database in
                try database.execute(sql: "ALTER TABLE workers RENAME TO strict_workers")
                try database.execute(sql: "CREATE TABLE workers AS SELECT * FROM strict_workers")
                try database.execute(sql: "CREATE UNIQUE INDEX one ON workers (worker_id)")
                try database.execute(sql: "UPDATE workers SET horizon = 'soon'")
            }
            let other = 1 - lease.workerID
            #expect(try await registry.acquire(request(0..<2)).workerID == other)
            await #expect { try await registry.free(lease.workerID, nowMilliseconds: 2_000_000) } throws: {
                let error = $0 as? FrondError
                return error?.code == .storeCorrupt && error?.message.contains("worker ID \(lease.workerID)") == true
            }
        }
    }

    @Test("a file of the version before gets the table, and keeps its tags")
    func migration() async throws {
        try await withFile { path in
            let old = try SQLiteSegmentStore(path: path)
            _ = try await old.create(try Frond.Tag("order"), TagSettings(startID: 42))
            try await old.close()
            let editor = try DatabaseQueue(path: path)
            try await editor.writeWithoutTransaction { database in
                try database.execute(sql: "DROP TABLE workers; PRAGMA user_version = 1")
            }
            try editor.close()
            let store = try SQLiteSegmentStore(path: path)
            #expect(try await store.tag(try Frond.Tag("order"))?.maxID == 42)
            #expect(try await SQLiteWorkerRegistry(beside: store).acquire(request(0..<1)).workerID == 0)
        }
    }
}
