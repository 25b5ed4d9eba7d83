import Foundation
import Frond
import GRDB

/// Opens the file of a store, or makes it.
struct SQLiteFile: Sendable {
    /// The number that this Frond writes as `PRAGMA user_version`.
    static let schemaVersion = 8
    /// The mark of a file of Frond's: `Frnd`.
    static let applicationID = 0x4672_6E64
    /// The least time for which opening is tried while other processes are making the same file.
    private static let collisionLimit = Duration.seconds(1)
    /// Connections for reading, beside the one that writes.
    private static let readerCount = 2

    /// Tells one file from another, whatever their names.
    struct Identity: Equatable, Sendable {
        var device: dev_t
        var number: ino_t
    }

    let path: String
    /// True where a file that is not there is an error, rather than made.
    let mustExist: Bool
    let busyWait: BusyWait
    /// True to go on with a file that is a copy.
    let adopts: Bool
    /// The file system that the file is on; nil where that is not known.
    let kind: FileSystemKind?
    /// The name of this opening.
    let name = randomName()

    init(
        path: String, busyTimeout: Duration, mustExist: Bool = false, adopts: Bool = false, kind: FileSystemKind? = nil
    ) {
        self.path = path
        self.adopts = adopts
        self.kind = kind ?? FileSystemKind(at: path)
        self.mustExist = mustExist
        busyWait = BusyWait(timeout: busyTimeout)
    }

    /// The files that the path and its two side files lead to now; nil if one leads to no file.
    ///
    /// The log and its index hold commits that the file does not have yet: without them numbers would come again.
    var identities: [Identity?] {
        [path, path + "-wal", path + "-shm"].map { path in
            status(of: path).map { Identity(device: $0.st_dev, number: $0.st_ino) }
        }
    }

    /// Opens the file and looks through all of it for damage; makes it, and the directories above it, where it is not
    /// there.
    ///
    /// Blocks while it does.
    func open() throws(FrondError) -> DatabasePool {
        try checkKind()
        try FileSystemKind.check(path, kind: kind, code: .storeUnavailable)
        let isNew = !FileManager.default.fileExists(atPath: path)
        if isNew, mustExist {
            throw FrondError(
                .storeUnavailable,
                "file '\(path)' does not exist: name the one that the servers use, or make it with 'frond tag create'")
        }
        try makeDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        let lastTry = ContinuousClock.now + max(busyWait.timeout, Self.collisionLimit)
        while true {
            do {
                return try connect(isNew: isNew)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < lastTry {
                // The change to WAL does not honour the busy timeout: two processes that make one file collide.
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
        case nil:
            return
        case S_IFREG:
            guard let names = status(of: path)?.st_nlink, names > 1 else { return }
            // SQLite keeps a log beside each name: a process that uses another one does not see what is written here.
            throw FrondError(
                .storeUnavailable,
                "'\(path)' is one of \(names) names of a file (hard links), and numbers given out under one would be "
                    + "given out again under another: remove the others, and use a symbolic link or the path itself")
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
    func status(of path: String) -> stat? {
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
        configuration.busyMode = .callback { [busyWait] in busyWait.wait(after: $0) }
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
            if !isNew { try checkForDamage(database) }
            try database.inTransaction(.immediate) {
                try prepareTables(database)
                try checkHome(database)
                return .commit
            }
            try leaveMark(of: name, database)
        }
        return pool
    }

    /// Reads the whole file: damage past the pages that opening needs would show when it is too late to choose another
    /// copy. Measured: 3 ms for 10,000 tags, 0.6 s for a million (50 MB), all in the system's memory.
    private func checkForDamage(_ database: Database) throws {
        // Rows that cannot be right concern their own tags alone, which say so.
        try database.execute(sql: Statements.ignoreChecks(true))
        let finding = try String.fetchOne(database, sql: Statements.quickCheck)
        try database.execute(sql: Statements.ignoreChecks(false))
        if let finding, finding != "ok" { throw FrondError.damaged(path, finding) }
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
        if version == 2 { try database.execute(sql: Statements.upgradeTo3) }
        if (1...3).contains(version) { try database.execute(sql: Statements.upgradeTo4) }
        if (1...4).contains(version) { try database.execute(sql: Statements.upgradeTo5) }
        if (2...5).contains(version) { try database.execute(sql: Statements.upgradeTo6) }
        if (1...6).contains(version) { try database.execute(sql: Statements.upgradeSegmentsTo7) }
        if (2...6).contains(version) { try database.execute(sql: Statements.upgradeWorkersTo7) }
        if version == 7 { try database.execute(sql: Statements.upgradeTo8) }
        if version < Self.schemaVersion { try database.execute(sql: Statements.schema) }
    }
}
