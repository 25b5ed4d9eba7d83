public import Frond
import GRDB

/// Worker IDs in the file of a ``SQLiteSegmentStore``: processes on one machine get different ones.
public typealias SQLiteWorkerRegistry = StoredWorkerRegistry<SQLiteWorkerStore>

extension StoredWorkerRegistry where Store == SQLiteWorkerStore {
    /// The registry in the file of a store, by the store's own connection.
    public init(beside segments: SQLiteSegmentStore) {
        self.init(SQLiteWorkerStore(segments: segments))
    }

    /// Opens the file, or makes it: as `SQLiteSegmentStore(path:)`.
    public init(path: String) throws(FrondError) {
        self.init(beside: try SQLiteSegmentStore(path: path))
    }
}

/// The records of worker IDs in the file of a ``SQLiteSegmentStore``.
public struct SQLiteWorkerStore: WorkerRecordStore {
    private let segments: SQLiteSegmentStore

    init(segments: SQLiteSegmentStore) {
        self.segments = segments
    }

    /// All records; a row that somebody edited by hand and made unreadable is left out. Nobody gets its worker ID,
    /// since there is a record where there must be none.
    public func records() async throws(FrondError) -> [WorkerRecord] {
        try await mapping { () async throws(FrondError) in
            try await segments.read { database in
                try Row.fetchAll(database.cachedStatement(sql: Statements.workers)).compactMap {
                    try? WorkerRecord(row: $0)
                }
            }
        }
    }

    /// - Throws: `storeCorrupt` where somebody edited the row and made it unreadable.
    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        try await mapping { () async throws(FrondError) in
            try await segments.read { database in
                let statement = try database.cachedStatement(sql: Statements.worker)
                return try Row.fetchOne(statement, arguments: [workerID]).map { try WorkerRecord(row: $0) }
            }
        }
    }

    public func replace(
        _ expected: WorkerRecord?, with successor: WorkerRecord
    ) async throws(FrondError) -> Bool {
        try await mapping { () async throws(FrondError) in
            try await segments.commits.perform { database in
                var arguments = successor.arguments
                if let expected {
                    arguments["expected_token"] = expected.token
                    arguments["expected_horizon"] = expected.horizonMilliseconds
                }
                let sql = expected == nil ? Statements.insertWorker : Statements.swapWorker
                try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
                return database.changesCount == 1
            }
        }
    }

    /// The file that does not answer is a registry here, not a store of numbers.
    private func mapping<Value>(
        _ call: () async throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        do throws(FrondError) {
            return try await call()
        } catch {
            guard error.code == .storeUnavailable else { throw error }
            throw FrondError(
                .registryUnavailable, error.message, retryAfter: error.retryAfter, cause: error.cause)
        }
    }
}
