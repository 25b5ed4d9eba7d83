public import Frond
import GRDB
public import Logging

/// Worker IDs in the file of a ``SQLiteSegmentStore``: processes on one machine get different ones.
public typealias SQLiteWorkerRegistry = StoredWorkerRegistry<SQLiteWorkerStore>

extension StoredWorkerRegistry where Store == SQLiteWorkerStore {
    /// The registry in the file of a store, by the store's own connection; closed with the store.
    public init(beside segments: SQLiteSegmentStore) {
        self.init(SQLiteWorkerStore(segments: segments))
    }

    /// Opens the file, or makes it and the directories above it; closed when the registry is gone.
    ///
    /// Blocks while it does, so it is called at the start of a process.
    /// - Parameters:
    ///   - path: the file, which may be that of a ``SQLiteSegmentStore``.
    ///   - busyTimeout: how long to wait while another process writes. Default 5 seconds.
    ///   - mustExist: whether a file that is not there is an error, and not made: for callers that only look.
    ///   - logger: gets lines at debug level; silent by default.
    /// - Throws: `registryUnavailable` where the file cannot be opened, made or written; `storeCorrupt` where it is
    ///   damaged, no database, another program's, or written by a newer Frond.
    public init(
        path: String, busyTimeout: Duration = .seconds(5), mustExist: Bool = false, logger: Logger? = nil
    ) throws(FrondError) {
        do throws(FrondError) {
            self.init(
                beside: try SQLiteSegmentStore(
                    path: path, busyTimeout: busyTimeout, mustExist: mustExist, logger: logger))
        } catch {
            throw error.ofRegistry
        }
    }
}

/// The records of worker IDs in the file of a ``SQLiteSegmentStore``.
public struct SQLiteWorkerStore: WorkerRecordStore {
    private let segments: SQLiteSegmentStore

    init(segments: SQLiteSegmentStore) {
        self.segments = segments
    }

    /// True while other processes have the file open: it may have been restored from a copy under them, and what they
    /// hold be missing in it.
    public var isApart: Bool { SQLiteFileUsers.hasOthers(path: segments.path) }

    public var detachment: FrondError? {
        guard let failure = segments.commits.detachment else { return nil }
        return FrondError(
            .workerIDTaken, "worker IDs of this file may be another server's by now: \(failure.message)",
            retryAfter: .seconds(1))
    }

    /// The origin of a registry that needs no initialisation; its floor is 0 unless a holder raised it.
    public func origin() async throws(FrondError) -> RegistryOrigin {
        try await mapping { () async throws(FrondError) in
            try await segments.read { RegistryOrigin(id: "", floorMilliseconds: try $0.registryFloor()) }
        }
    }

    public func raiseFloor(to floorMilliseconds: Int64) async throws(FrondError) {
        try await mapping { () async throws(FrondError) in
            try await segments.commits.perform { database in
                try database.cachedStatement(sql: Statements.raiseRegistryFloor)
                    .execute(arguments: [floorMilliseconds])
            }
        }
    }

    /// All records. A row that was edited by hand and made unreadable is logged, and listed as held until the end
    /// of the year 9999: its worker ID is not taken, and the others go on. A row without a worker ID is left out.
    public func records() async throws(FrondError) -> [WorkerRecord] {
        try await mapping { [logger = segments.logger] () async throws(FrondError) in
            try await segments.read { database in
                let rows = try Row.fetchCursor(database.cachedStatement(sql: Statements.workers))
                var records: [WorkerRecord] = []
                while let row = try rows.next() {
                    do throws(FrondError) {
                        records.append(try WorkerRecord(row: row, of: "workers"))
                    } catch {
                        logger.debug("worker ID not readable", metadata: LogKey.metadata([.error: error.message]))
                        if let record = WorkerRecord(unreadable: row) { records.append(record) }
                    }
                }
                return records
            }
        }
    }

    /// - Throws: `storeCorrupt` for a row that was edited by hand and made unreadable; `registryUnavailable`.
    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        try await mapping { () async throws(FrondError) in
            try await segments.read { database in
                let statement = try database.cachedStatement(sql: Statements.worker)
                return try Row.fetchOne(statement, arguments: [workerID]).map {
                    try WorkerRecord(row: $0, of: "workers")
                }
            }
        }
    }

    public func replace(
        _ expected: WorkerRecord?, with successor: WorkerRecord
    ) async throws(FrondError) -> Bool {
        try await mapping { () async throws(FrondError) in
            try await segments.commits.perform { database in
                let changesHands = successor.token != expected?.token && !successor.isReleased
                if changesHands, try database.registryFloor() > successor.floorMilliseconds { return false }
                var arguments = successor.arguments
                if let expected {
                    arguments["expected_token"] = expected.token
                    arguments["expected_horizon"] = expected.horizonMilliseconds
                    arguments["expected_secret"] = expected.secret?.text ?? ""
                }
                let sql = expected == nil ? Statements.insertWorker : Statements.swapWorker
                try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
                return database.changesCount == 1
            }
        }
    }

    private func mapping<Value>(
        _ call: () async throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        do throws(FrondError) {
            return try await call()
        } catch {
            throw error.ofRegistry
        }
    }
}

extension Database {
    fileprivate func registryFloor() throws -> Int64 {
        try Int64.fetchOne(cachedStatement(sql: Statements.registryFloor)) ?? 0
    }
}
