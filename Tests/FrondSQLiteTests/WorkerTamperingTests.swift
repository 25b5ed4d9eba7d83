import Foundation
import Frond
import FrondSQLite
import GRDB
import Testing

@Suite("Rows of worker IDs that others change", .timeLimit(.minutes(5)))
struct WorkerTamperingTests {
    /// The table without a constraint, as it could be after somebody rebuilt it by hand.
    private static let laxTable = """
        DROP TABLE workers;
        CREATE TABLE workers (
            worker_id PRIMARY KEY, token, is_released, floor, horizon, host, process_id, started_at, address, version,
            updated_at, grpc_address, layout, secret);
        INSERT INTO workers VALUES (1, 5, 1, 1000, 2000, 'host-b', 8, 900, '', '', 1500, '', '', '');
        """

    /// Worker ID 1 is free, and what else there is is the row.
    private func withRow(_ row: String, _ body: (SQLiteWorkerRegistry) async throws -> Void) async throws {
        try await withStore { store in
            try runSQL(Self.laxTable + "INSERT INTO workers VALUES (\(row), '', '', '');", in: store.path)
            try await body(SQLiteWorkerRegistry(beside: store))
        }
    }

    @Test(
        "a row that cannot be right is an error of its own worker ID alone, which nobody gets",
        arguments: [
            "0, NULL, 1, 1000, 2000, 'a', 7, 900, '', '', 1500",
            "0, 'x', 1, 1000, 2000, 'a', 7, 900, '', '', 1500",
            "0, 1.5, 1, 1000, 2000, 'a', 7, 900, '', '', 1500",
            "0, 1, NULL, 1000, 2000, 'a', 7, 900, '', '', 1500",
            "0, 1, 1, 'soon', 2000, 'a', 7, 900, '', '', 1500",
            "0, 1, 1, 1000, NULL, 'a', 7, 900, '', '', 1500",
            "0, 1, 1, 1000, x'00', 'a', 7, 900, '', '', 1500",
            "0, 1, 1, 1000, 1e30, 'a', 7, 900, '', '', 1500",
            "0, -1, 1, 1000, 2000, 'a', 7, 900, '', '', 1500",
            "0, 9223372036854775807, 1, 1000, 2000, 'a', 7, 900, '', '', 1500",
            "0, 1, 1, 2001, 2000, 'a', 7, 900, '', '', 1500",
            "0, 1, 1, -1000, -500, 'a', 7, 900, '', '', 1500",
            "0, 1, 1, -9223372036854775808, -9223372036854775808, 'a', 7, 900, '', '', 1500",
            "0, 1, 0, 1000, 9223372036854775807, 'a', 7, 900, '', '', 1500",
        ])
    func unreadable(row: String) async throws {
        try await withRow(row) { registry in
            let listed = try await registry.workers()
            #expect(listed.map(\.workerID) == [0, 1])
            #expect(listed.map { $0.state(nowMilliseconds: 1_000_000) } == [.held, .free])
            let freeing = await #expect(throws: FrondError.self) {
                try await registry.free(0, nowMilliseconds: 1_000_000)
            }
            #expect(freeing?.code == .storeCorrupt)
            #expect(freeing?.message.contains("the record of worker ID 0 is invalid") == true)
            #expect(try await registry.acquire(workerRequest(0..<2)).workerID == 1)
            let acquiring = await #expect(throws: FrondError.self) { try await registry.acquire(workerRequest(0..<2)) }
            #expect(acquiring?.code == .workerIDsExhausted)
            #expect(acquiring?.retryAfter == .seconds(3), "when worker ID 1 is free again")
        }
    }

    @Test("a row whose worker ID is none is not listed", arguments: ["NULL", "''", "'a'", "1.5", "x'41'", "-1"])
    func misnamed(workerID: String) async throws {
        try await withRow("\(workerID), 1, 1, 1000, 2000, 'a', 7, 900, '', '', 1500") { registry in
            let listed = try await registry.workers()
            #expect(listed.map(\.workerID) == [1])
            let lease = try await registry.acquire(workerRequest(1..<2))
            #expect(lease.floorMilliseconds == 2000)
        }
    }

    @Test(
        "what is only for people may be anything",
        arguments: [
            "NULL, 7, 900, '', ''",
            "'a', 'x', NULL, 7, x'00'",
            "'a', 9223372036854775807, -9223372036854775808, '', ''",
            "CAST(x'FF41' AS TEXT), NULL, NULL, NULL, NULL",
        ])
    func holder(columns: String) async throws {
        try await withRow("0, 1, 0, 1000, 2000, \(columns), 'never'") { registry in
            let lease = try await registry.acquire(workerRequest(0..<1))
            #expect(lease.floorMilliseconds == 2000)
            #expect(lease.token == 2)
        }
    }

    @Test("a holder whose row was made unreadable gets an error and writes nothing")
    func aHolderWhoseRowWasMadeUnreadableIsToldSoAndWritesNothing() async throws {
        try await withStore { store in
            let registry = SQLiteWorkerRegistry(beside: store)
            let lease = try await registry.acquire(workerRequest(0..<1))
            try runSQL("UPDATE workers SET token = -1", in: store.path)
            let error = await #expect(throws: FrondError.self) {
                try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
            }
            #expect(error?.code == .storeCorrupt)
            try runSQL("UPDATE workers SET token = \(lease.token)", in: store.path)
            #expect(try await registry.workers() == [lease.record])
        }
    }

    @Test("a row that was removed is not put back: what was reserved lasts to its horizon, and is lost then")
    func aRowThatWasRemovedIsNotPutBack() async throws {
        try await withStore { store in
            let registry = SQLiteWorkerRegistry(beside: store)
            let lease = try await registry.acquire(workerRequest(0..<1))
            try runSQL("DELETE FROM workers", in: store.path)
            let before = await #expect(throws: FrondError.self) {
                try await registry.extend(
                    lease, to: 2_000_000, nowMilliseconds: lease.horizonMilliseconds - 1)
            }
            #expect(before?.code == .registryLost)
            let after = await #expect(throws: FrondError.self) {
                try await registry.extend(lease, to: 2_000_000, nowMilliseconds: lease.horizonMilliseconds)
            }
            #expect(after?.code == .workerIDTaken)
            #expect(try await registry.workers().isEmpty)
        }
    }

    @Test("the table refuses values that is invalid") func theTableRefusesValuesThatCannotBeRight() async throws {
        try await withStore { store in
            _ = try await SQLiteWorkerRegistry(beside: store).acquire(workerRequest(0..<1))
            for change in ["token = NULL", "horizon = 'soon'", "floor = 1.5", "is_released = 2", "worker_id = -1"] {
                #expect(throws: DatabaseError.self) { try runSQL("UPDATE workers SET \(change)", in: store.path) }
            }
        }
    }
}
