import Foundation
import Frond
import GRDB

/// Opens the file of a store, or makes it.
struct SQLiteFile: Sendable {
    /// What this Frond writes as `PRAGMA user_version`.
    static let schemaVersion = 1
    /// What marks a file as Frond's: `Frnd`.
    static let applicationID = 0x4672_6E64
    /// How often opening is tried while another process is making the same file.
    private static let maximumTries = 20
    /// Connections for reading, beside the one that writes.
    private static let readerCount = 2

    var path: String
    var busyTimeout: Duration

    /// Opens the file; makes it, and the directories above it, where it is not there.
    ///
    /// Blocks while it does.
    func open() throws(FrondError) -> DatabasePool {
        try checkKind()
        try makeDirectory()
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
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            return
        }
        throw FrondError(
            .storeUnavailable, "'\(path)' is a directory: name a file in it, such as '\(path)/frond.sqlite'")
    }

    private func makeDirectory() throws(FrondError) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw FrondError(
                .storeUnavailable,
                "directory '\(directory)' cannot be made: name one that this user may write to", cause: error)
        }
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
    }
}
