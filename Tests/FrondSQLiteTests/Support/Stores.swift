import Foundation
import Frond
import FrondTesting
import GRDB
import Testing

@testable import FrondSQLite

/// Not the tags of Swift Testing.
typealias Tag = Frond.Tag

/// A store on a fresh file.
func withStore<Value>(
    busyTimeout: Duration = .seconds(5), _ body: (SQLiteSegmentStore) async throws -> Value
) async throws -> Value {
    try await withTemporaryDirectory { directory in
        try await body(try SQLiteSegmentStore(path: "\(directory)/frond.sqlite", busyTimeout: busyTimeout))
    }
}

/// Runs SQL over a connection of its own, as the `sqlite3` command would.
func runSQL(_ sql: String, in path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    try DatabaseQueue(path: path, configuration: configuration).inDatabase { try $0.execute(sql: sql) }
}

/// Takes away what versions 6 and 7 added.
let dropColumnOf6 = "ALTER TABLE workers DROP COLUMN layout; \(dropColumnOf7)"

/// Takes away what version 7 added.
let dropColumnOf7 =
    "ALTER TABLE segments DROP COLUMN secrets; ALTER TABLE workers DROP COLUMN secret; DROP TABLE registry; "
    + "DROP TABLE home"

/// Makes a file as an earlier version had it, together with what else that one lacked.
let dropColumnsOf4 = """
    CREATE TABLE old AS SELECT
        tag, max_id, step, start_id, max_value, cycles, cycle, version, description, updated_at
    FROM segments;
    DROP TABLE segments;
    ALTER TABLE old RENAME TO segments;
    CREATE UNIQUE INDEX tags ON segments (tag)
    """

/// The error that opening a file answers with.
func openingError(_ path: String) -> FrondError? {
    do throws(FrondError) {
        _ = try SQLiteSegmentStore(path: path)
        return nil
    } catch {
        return error
    }
}

/// A request by this process, a million milliseconds after 1970 began.
func workerRequest(_ workerIDs: Range<Int64>) -> WorkerRequest {
    let holder = WorkerHolder(
        host: "test", processID: Int64(ProcessInfo.processInfo.processIdentifier), startedAtMilliseconds: 0)
    return WorkerRequest(holder: holder, workerIDs: workerIDs, nowMilliseconds: 1_000_000, length: .seconds(3))
}
