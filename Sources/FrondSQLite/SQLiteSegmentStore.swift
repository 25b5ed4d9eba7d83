import Dispatch
public import Frond
import GRDB
public import Logging
import Synchronization

/// Segments reserved in one SQLite file: the embedded default, which needs no server.
///
/// Write-ahead log and `synchronous = FULL`: what is reserved survives a crash and the loss of power. Any number of
/// stores, in one process or several on one machine, may use the same file; not over a network file system.
///
/// Changes that come at the same time share one transaction, and so one wait for the disk.
public final class SQLiteSegmentStore: SegmentStore {
    /// The file.
    public let path: String
    let pool: DatabasePool
    let commits: GroupCommit
    private let file: SQLiteFile
    private let busyWait: BusyWait
    private let time: any TimeSource
    private let secrets: @Sendable () -> ReservationSecret
    let logger: Logger
    private let wasClosed = Atomic(false)

    /// Opens the file, or makes it and the directories above it, readable by this user alone.
    ///
    /// Blocks while it does, so it is called at the start of a process.
    /// - Parameters:
    ///   - path: the file; beside it SQLite keeps one ending in `-wal` and one in `-shm`.
    ///   - busyTimeout: how long to wait while another process writes. Default 5 seconds.
    ///   - mustExist: whether a file that is not there is an error, and not made: for callers that only look.
    ///   - adopting: true to go on with a file that is a copy of another, which must not be used any more.
    ///   - time: the clock for the time of a change.
    ///   - secrets: makes the secret of each reservation; from the system's random numbers by default.
    ///   - logger: gets lines at debug level; silent by default.
    /// - Throws: `storeUnavailable` where the file cannot be opened, made or written; `storeCorrupt` where it is
    ///   damaged, no database, another program's, or written by a newer Frond.
    public convenience init(
        path: String, busyTimeout: Duration = .seconds(5), mustExist: Bool = false, adopting: Bool = false,
        time: any TimeSource = SystemTimeSource(),
        secrets: @escaping @Sendable () -> ReservationSecret = ReservationSecret.random, logger: Logger? = nil
    ) throws(FrondError) {
        let file = SQLiteFile(path: path, busyTimeout: busyTimeout, mustExist: mustExist, adopts: adopting)
        try self.init(file: file, time: time, secrets: secrets, logger: logger)
    }

    init(
        file: SQLiteFile, batchLimit: Int = GroupCommit.maximumBatch, time: any TimeSource = SystemTimeSource(),
        secrets: @escaping @Sendable () -> ReservationSecret = ReservationSecret.random, logger: Logger? = nil
    ) throws(FrondError) {
        path = file.path
        self.file = file
        busyWait = file.busyWait
        pool = try file.open()
        commits = GroupCommit(pool: pool, file: file, batchLimit: batchLimit)
        self.time = time
        self.secrets = secrets
        self.logger = logger ?? .silent
    }

    /// Finishes the changes under way, unless another process does not let it write by now, copies them from the log to
    /// the file itself, and closes it; every later call is `storeUnavailable`.
    /// - Throws: `storeUnavailable` where a read is still under way, or the file cannot be written.
    public func close() async throws(FrondError) {
        busyWait.close()
        await commits.close()
        let isFirst = !wasClosed.exchange(true, ordering: .relaxed)
        let outcome = await withCheckedContinuation { caller in
            DispatchQueue.global().async { [pool, path, file] in
                caller.resume(
                    returning: Result {
                        let merged = Result {
                            guard isFirst else { return }
                            try Self.unlessBusy { try pool.writeWithoutTransaction { try file.markEnd($0) } }
                            try Self.mergeLog(pool)
                        }
                        try pool.close()
                        try merged.get()
                    }.mapError { FrondError(sqlite: $0, path: path) })
            }
        }
        try outcome.get()
    }

    /// Writes to the file, without a change.
    /// - Throws: `storeUnavailable` where it cannot be written, such as on a file system that is read-only.
    public func check() async throws(FrondError) {
        try await commits.perform { database in
            let version = try Int64.fetchOne(database, sql: Statements.schemaVersion) ?? 0
            try database.execute(sql: "\(Statements.schemaVersion) = \(version)")
        }
    }

    /// Waits for no other process: what one still reads stays in the log, which the next to open the file merges.
    private static func mergeLog(_ pool: DatabasePool) throws {
        try unlessBusy { try pool.writeWithoutTransaction { _ = try $0.checkpoint(.passive) } }
    }

    private static func unlessBusy(_ work: () throws -> Void) throws {
        do {
            try work()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            // Another process writes at this moment: all that was committed stays in the log, and the mark is its own.
            return
        }
    }

    // MARK: Reserving

    public func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        try await commits.perform { [time, secrets] database in
            let record = try database.existingRecord(tag)
            var (segment, successor) = try record.reserving(atLeast: demand, after: floor, secret: secrets())
            successor.updatedAtMilliseconds = time.wallMilliseconds
            try database.swap(record, for: successor)
            return segment
        }
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await commits.perform { [time] database in
            guard let record = try database.record(tag), var successor = record.takingBack(tail) else { return false }
            successor.updatedAtMilliseconds = time.wallMilliseconds
            try database.swap(record, for: successor)
            return true
        }
    }

    // MARK: Tags

    /// All tags, by name; rows that cannot be read are left out and logged: see ``unservedRows()``.
    public func tags() async throws(FrondError) -> [TagRecord] {
        try await list(Statements.records)
    }

    /// The tags that changed within `age`, by the clock of the machine, on which all processes that use the file run.
    public func changedTags(within age: Duration) async throws(FrondError) -> [TagRecord] {
        let milliseconds = min(max(.zero, age), Self.longestAge).wholeMilliseconds
        let (since, overflows) = time.wallMilliseconds.subtractingReportingOverflow(milliseconds)
        return try await list(Statements.changedRecords, [overflows ? .min : since])
    }

    /// A hundred years: more is everything.
    private static let longestAge = Duration.seconds(3_153_600_000)

    private func list(_ sql: String, _ arguments: [Int64] = []) async throws(FrondError) -> [TagRecord] {
        try await read { [logger] database in
            let rows = try Row.fetchCursor(
                database.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
            var records: [TagRecord] = []
            while let row = try rows.next() {
                do throws(FrondError) {
                    records.append(try TagRecord(row: row))
                } catch {
                    logger.debug("tag not listed", metadata: LogKey.metadata([.error: error.message]))
                }
            }
            return records
        }
    }

    /// Rows that were edited by hand and made unreadable.
    public func unservedRows() async throws(FrondError) -> [UnservedRow] {
        try await read { database in
            let rows = try Row.fetchCursor(database.cachedStatement(sql: Statements.records))
            var unserved: [UnservedRow] = []
            while let row = try rows.next() {
                let name = row.text("tag") ?? ""
                if let row = UnservedRow(name: name, table: "segments", column: "tag") {
                    unserved.append(row)
                    continue
                }
                do throws(FrondError) {
                    _ = try TagRecord(row: row)
                } catch {
                    unserved.append(UnservedRow(name: name, reason: error.message))
                }
            }
            return unserved
        }
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        try await read { try $0.record(tag) }
    }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        let record = try settings.newRecord(tag, nowMilliseconds: time.wallMilliseconds)
        return try await commits.perform { database in
            try database.cachedStatement(sql: Statements.insert)
                .execute(arguments: StatementArguments(record.arguments))
            guard database.changesCount == 1 else {
                throw FrondError.exists(tag)
            }
            return record
        }
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await commits.perform { [time] database in
            let record = try database.existingRecord(tag)
            let successor = try record.applying(change, nowMilliseconds: time.wallMilliseconds)
            try database.swap(record, for: successor)
            return successor
        }
    }

    func read<Value: Sendable>(
        _ query: @escaping @Sendable (Database) throws -> Value
    ) async throws(FrondError) -> Value {
        do {
            return try await pool.read(query)
        } catch {
            throw FrondError(sqlite: error, path: path)
        }
    }
}
