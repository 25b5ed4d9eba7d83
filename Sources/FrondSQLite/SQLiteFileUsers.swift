import Foundation

/// The processes that have a database file open.
///
/// Each has a lock on one byte of the index of the log (`-shm`) as long as it does. The kernel lists the locks; asking
/// for them by opening the file would, when it is closed, end the locks that SQLite has in this process. Processes in
/// containers that do not see each other are not listed.
enum SQLiteFileUsers {
    /// The byte of `-shm` that every user locks (`UNIX_SHM_DMS` of SQLite).
    private static let lockedByte = "128"

    /// - Returns: true where another process has the file open; false where none has, or where it is not known.
    static func hasOthers(path: String) -> Bool {
        var status = stat()
        guard stat(path + "-shm", &status) == 0 else { return false }
        guard let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else { return false }
        return hasOthers(than: Int64(getpid()), inode: UInt64(status.st_ino), locks: locks)
    }

    /// - Parameters:
    ///   - processID: of this process.
    ///   - inode: of the `-shm`. Its device is not compared: file systems in layers show another one in the list.
    ///   - locks: lines such as `1: POSIX  ADVISORY  READ 22175 fe:00:16242544 128 128`.
    static func hasOthers(than processID: Int64, inode: UInt64, locks: String) -> Bool {
        locks.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            guard fields.count >= 8, fields[1] == "POSIX", fields[6] == lockedByte, let holder = Int64(fields[4])
            else { return false }
            return holder != processID && fields[5].split(separator: ":").last == "\(inode)"
        }
    }
}
