import Frond
import FrondBench
import NIOPosix
import Synchronization

/// One measurement: several threads make IDs of one subject at the same time, for a fixed time.
struct ThreadedRound: Sendable {
    /// The threads; at least as many as ``threads``.
    let pool: NIOThreadPool
    let threads: Int
    let duration: Duration

    /// IDs a second, of all threads together.
    func rate(of subject: BenchmarkSubject) async throws -> Double {
        let arrived = Arrivals(expected: threads)
        return try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<threads {
                group.addTask {
                    try await pool.runIfActive { try measure(subject, startingWith: arrived) }
                }
            }
            return try await group.reduce(0, +)
        }
    }

    /// IDs a second of this thread.
    private func measure(_ subject: BenchmarkSubject, startingWith arrived: Arrivals) throws -> Double {
        arrived.waitForAll()
        let start = ContinuousClock.now
        var made = 0
        var digest: UInt64 = 0
        var elapsed = Duration.zero
        repeat {
            digest ^= try subject.make()
            made += subject.idsPerCall
            elapsed = start.duration(to: .now)
        } while elapsed < duration
        arrived.note(digest)
        return Double(made) / elapsed.seconds
    }
}

/// A barrier at which threads wait for each other, so that all of them measure the same time.
private final class Arrivals: Sendable {
    private let expected: Int
    private let count = Atomic<Int>(0)
    private let digest = Atomic<UInt64>(0)

    init(expected: Int) {
        self.expected = expected
    }

    func waitForAll() {
        count.add(1, ordering: .acquiringAndReleasing)
        while count.load(ordering: .acquiring) < expected {}
    }

    func note(_ digest: UInt64) {
        self.digest.bitwiseXor(digest, ordering: .relaxed)
    }
}
