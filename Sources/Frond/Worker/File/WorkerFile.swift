#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The file that keeps the record of one worker ID, and the lock of the process that uses it. Its calls block.
struct WorkerFile: Sendable {
    /// A record is a few hundred bytes; what is longer is none.
    private static let maxBytes = 65_536

    private let directory: String
    private let path: String
    private let lockPath: String

    init(workerID: Int64, directory: String) {
        self.directory = directory
        path = "\(directory)/worker-\(workerID)"
        // A file of its own, since the other one is replaced with every change.
        lockPath = "\(directory)/worker-\(workerID).lock"
    }

    /// Takes the lock, which ends with the process at the latest.
    /// - Returns: nil where a live process has it.
    func lock() throws(FrondError) -> FileLock? {
        let file = try FileDescriptor(lockPath, O_CREAT | O_RDWR | O_CLOEXEC)
        while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return nil
            default: throw FrondError.file(lockPath, "lock")
            }
        }
        return FileLock(file)
    }

    /// Checks that the file is where it was made, and notes the place of a new one. The lock must be held.
    /// - Parameter adopting: true to go on with a copy.
    /// - Throws: `workerIDHeld` for a copy.
    func checkHome(adopting: Bool) throws(FrondError) {
        // The lock file's place: the other one is replaced with every change.
        guard let home = FileHome(of: lockPath) else { throw FrondError.file(lockPath, "examine") }
        let recorded = FileHome(text: FileDescriptor.text(of: lockPath))
        if recorded == home { return }
        if !adopting, let recorded,
            let reason = home.difference(from: recorded, mountedDevices: FileHome.mountedDevices)
        {
            throw FileHome.copied(path, reason, code: .workerIDHeld)
        }
        let file = try FileDescriptor(lockPath, O_WRONLY | O_TRUNC | O_CLOEXEC)
        try file.write(Array((home.text + "\n").utf8), path: lockPath)
        guard fsync(file.number) == 0 else { throw FrondError.file(lockPath, "flush") }
    }

    /// - Returns: nil where there is no file.
    /// - Throws: `storeCorrupt` for a file that holds something else: its horizon is not known, so nothing is issued.
    func read() throws(FrondError) -> WorkerRecord? {
        guard access(path, F_OK) == 0 else {
            guard errno == ENOENT else { throw FrondError.file(path, "read") }
            return nil
        }
        let file = try FileDescriptor(path, O_RDONLY | O_CLOEXEC)
        var bytes = [UInt8](repeating: 0, count: Self.maxBytes)
        var count = 0
        while count < bytes.count {
            let read = bytes[count...].withUnsafeMutableBytes {
                systemRead(file.number, $0.baseAddress, $0.count)
            }
            if read == 0 { break }
            if read > 0 { count += read } else if errno != EINTR { throw FrondError.file(path, "read") }
        }
        return try WorkerRecord(text: String(decoding: bytes[..<count], as: UTF8.self), at: path)
    }

    /// Replaces the record, durably before it returns: what is on the disk is the old one or the new one, whole.
    func write(_ record: WorkerRecord) throws(FrondError) {
        let newPath = path + ".new"
        let file = try FileDescriptor(newPath, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC)
        try file.write(Array(record.text.utf8), path: newPath)
        guard fsync(file.number) == 0 else { throw FrondError.file(newPath, "flush") }
        guard rename(newPath, path) == 0 else { throw FrondError.file(path, "replace") }
        let folder = try FileDescriptor(directory, O_RDONLY | O_CLOEXEC)
        guard fsync(folder.number) == 0 else { throw FrondError.file(directory, "flush") }
    }
}
