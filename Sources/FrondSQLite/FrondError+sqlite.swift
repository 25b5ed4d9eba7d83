import Foundation
import Frond
import GRDB

extension FrondError {
    /// The meaning of an error of SQLite for a caller that uses the file.
    init(sqlite error: any Error, path: String) {
        switch error {
        case let error as FrondError:
            self = error
        case let error as DatabaseError:
            self = Self.of(error, path: path)
        case is CancellationError:
            self.init(.cancelled, "the request to file '\(path)' was cancelled")
        default:
            self.init(.storeUnavailable, "file '\(path)' cannot be used", retryAfter: .seconds(1), cause: error)
        }
    }

    static func closed(_ path: String) -> FrondError {
        FrondError(.storeUnavailable, "file '\(path)' is closed")
    }

    /// - Parameter finding: what SQLite says of it.
    static func damaged(_ path: String, _ finding: String) -> FrondError {
        damaged(path, DatabaseError(resultCode: .SQLITE_CORRUPT, message: finding))
    }

    private static func damaged(_ path: String, _ error: DatabaseError) -> FrondError {
        corrupt(
            "file '\(path)' is damaged: recover it with 'sqlite3 \(path) .recover' or restore a copy, and then "
                + "move every max_id above the last number given out",
            error)
    }

    /// All tags are in the one file.
    private static func corrupt(_ message: String, _ cause: DatabaseError) -> FrondError {
        FrondError(.storeCorrupt, message, cause: cause).scoped(.store)
    }

    /// True while no file can be opened, whichever it is.
    private static var lacksDescriptors: Bool {
        let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if file >= 0 { close(file) }
        return file < 0 && (errno == EMFILE || errno == ENFILE)
    }

    private static func of(_ error: DatabaseError, path: String) -> FrondError {
        func unavailable(_ message: String) -> FrondError {
            FrondError(.storeUnavailable, message, retryAfter: .seconds(1), cause: error)
        }
        switch error.resultCode {
        case .SQLITE_NOTADB:
            return corrupt("file '\(path)' is not an SQLite database: move it away, or name another file", error)
        case .SQLITE_CORRUPT:
            return damaged(path, error)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return unavailable("file '\(path)' is locked by another process: end what holds it")
        case .SQLITE_FULL:
            return unavailable("file '\(path)' cannot grow: its disk is full, make room there")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return unavailable(
                "file '\(path)' cannot be written: give this user the right to write it and its directory")
        case .SQLITE_CANTOPEN where Self.lacksDescriptors:
            return unavailable(
                "file '\(path)' cannot be opened: this process has as many files and connections open as it may; raise "
                    + "its limit (ulimit -n), or close connections")
        case .SQLITE_CANTOPEN:
            return unavailable(
                "file '\(path)' cannot be opened: give this user the right to read and write it and its directory")
        case .SQLITE_MISUSE where error.message == "Connection is closed":
            return closed(path)
        default:
            return unavailable("file '\(path)' cannot be used")
        }
    }
}
