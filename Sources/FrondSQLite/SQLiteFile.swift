import Foundation
import Frond
import GRDB

/// Opens the file of a store, or makes it.
struct SQLiteFile: Sendable {
    /// What this Frond writes as `PRAGMA user_version`.
    static let schemaVersion = 3
    /// What marks a file as Frond's: `Frnd`.
    static let applicationID = 0x4672_6E64
    /// How often opening is tried while another process is making the same file.
    private static let maximumTries = 20
    /// Connections for reading, beside the one that writes.
    private static let readerCount = 2

    /// Tells one file from another, whatever their names.
    struct Identity: Equatable, Sendable {
        var device: dev_t
        var number: ino_t
    }

    var path: String
    var busyTimeout: Duration

    /// Which files the path and its two side files lead to now; nil where one leads to none.
    ///
    /// The log and its index hold commits that the file does not have yet: without them numbers would come again.
    var identities: [Identity?] {
        [path, path + "-wal", path + "-shm"].map { path in
            status(of: path).map { Identity(device: $0.st_dev, number: $0.st_ino) }
        }
    }

    /// Opens the file; makes it, and the directories above it, where it is not there.
    ///
    /// Blocks while it does.
    func open() throws(FrondError) -> DatabasePool {
        try checkKind()
        try makeDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        let isNew = !FileManager.default.fileExists(atPath: path)
        var tries = 1
        while true {
            do {
                return try connect(isNew: isNew)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && tries < Self.maximumTries {
                // The change to WAL does not honour the busy timeout: two processes that make one file collide.
                tries += 1
                Thread.sleep(forTimeInterval: 0.05)
            } catch {
                throw FrondError(sqlite: error, path: path)
            }
        }
    }

    private func checkKind() throws(FrondError) {
        guard !path.isEmpty, path != ":memory:" else {
            throw FrondError(.invalidArgument, "'\(path)' is not the path of a file: numbers must outlive the process")
        }
        switch kind(of: path) {
        case nil, S_IFREG:
            return
        case S_IFDIR:
            throw FrondError(
                .storeUnavailable, "'\(path)' is a directory: name a file in it, such as '\(path)/frond.sqlite'")
        default:
            throw FrondError(.storeUnavailable, "'\(path)' is not a regular file: name another")
        }
    }

    /// The kind of file; nil where there is none or nothing is known.
    private func kind(of path: String) -> mode_t? {
        status(of: path).map { $0.st_mode & S_IFMT }
    }

    /// Links are followed.
    private func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private func makeDirectory(_ directory: String) throws(FrondError) {
        if kind(of: directory) == S_IFDIR { return }
        let above = URL(fileURLWithPath: directory).deletingLastPathComponent().path
        if above != directory { try makeDirectory(above) }
        guard mkdir(directory, 0o700) != 0 else { return }
        let reason = String(cString: strerror(errno))
        // Another process may have been first.
        if kind(of: directory) == S_IFDIR { return }
        throw FrondError(
            .storeUnavailable,
            "directory '\(directory)' cannot be made (\(reason)): name one that this user may write to")
    }

    private func connect(isNew: Bool) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "frond.sqlite"
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.maximumReaderCount = Self.readerCount
        if isNew {
            // Before there is anything in it, and before SQLite makes the log, which takes over these permissions.
            configuration.prepareDatabase { [path] _ in
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            }
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            // The pool has chosen NORMAL, which forgets the last commits when the power fails.
            try database.execute(sql: Statements.synchronousFull)
            try database.inTransaction(.immediate) {
                try prepareTables(database)
                return .commit
            }
        }
        return pool
    }

    private func prepareTables(_ database: Database) throws {
        let application = try Int.fetchOne(database, sql: Statements.applicationID)
        if try application == 0 && Int.fetchOne(database, sql: Statements.tableCount) == 0 {
            try database.execute(sql: Statements.schema)
            return
        }
        guard application == Self.applicationID else {
            throw FrondError(
                .storeCorrupt, "file '\(path)' is the database of another program: name another file")
        }
        let version = try Int.fetchOne(database, sql: Statements.schemaVersion) ?? 0
        guard version <= Self.schemaVersion else {
            throw FrondError(
                .storeCorrupt,
                "file '\(path)' was written by a newer Frond: it has schema version \(version) and this Frond knows "
                    + "\(Self.schemaVersion): update Frond")
        }
        if version == 2 { try database.execute(sql: Statements.upgradeFrom2) }
        if version < Self.schemaVersion { try database.execute(sql: Statements.schema) }
    }
}
