import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Random words from the operating system, fetched 256 bytes at a time: a system call for each word would cost ten
/// times as much.
///
/// Words are as good as the system's own generator makes them, each is given out once and then overwritten.
final class RandomWords: Sendable {
    /// The most that `getentropy` gives at once: 256 bytes.
    private static let wordCount = 256 / 8

    private struct Pool {
        var words = [UInt64](repeating: 0, count: RandomWords.wordCount)
        var used = RandomWords.wordCount
    }

    private let pool = Mutex(Pool())

    /// The next random word.
    func next() -> UInt64 {
        pool.withLock { pool in
            if pool.used == pool.words.count {
                Self.fill(&pool.words)
                pool.used = 0
            }
            defer {
                pool.words[pool.used] = 0
                pool.used += 1
            }
            return pool.words[pool.used]
        }
    }

    private static func fill(_ words: inout [UInt64]) {
        let result = words.withUnsafeMutableBytes { bytes in
            getentropy(bytes.baseAddress, bytes.count)
        }
        // Fails only for more than 256 bytes, or on a kernel older than Swift supports.
        precondition(result == 0, "the system gives no random numbers")
    }
}
