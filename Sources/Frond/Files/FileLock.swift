#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A lock on a file, given up with this object.
///
/// Not by closing the file alone: a child process that was forked, and has not executed its program yet, has the file
/// open too, and would keep the lock.
final class FileLock: Sendable {
    private let file: FileDescriptor

    /// - Parameter file: which is locked.
    init(_ file: FileDescriptor) {
        self.file = file
    }

    deinit {
        _ = flock(file.number, LOCK_UN)
    }
}
