import Synchronization

/// A token bucket that the connections of a client, or of a tag, share without a lock.
final class SharedBucket: Sendable {
    let limit: RateLimit
    private let fullAt = Atomic<Int64>(0)

    init(limit: RateLimit) {
        self.limit = limit
    }

    /// Takes a number of units, all or none.
    func take(_ count: Int64, now: Int64) -> TokenBucket.Verdict {
        var known = fullAt.load(ordering: .relaxed)
        while true {
            var bucket = TokenBucket(fullAt: known)
            let verdict = bucket.take(count, of: limit, now: now)
            guard case .taken = verdict else { return verdict }
            let (isExchanged, current) = fullAt.compareExchange(
                expected: known, desired: bucket.fullAt, ordering: .relaxed)
            if isExchanged { return .taken }
            known = current
        }
    }

    /// Gives back units that were taken and not used.
    func giveBack(_ count: Int64) {
        fullAt.subtract(count * limit.ticksPerUnit, ordering: .relaxed)
    }

    func isFull(now: Int64) -> Bool { TokenBucket(fullAt: fullAt.load(ordering: .relaxed)).isFull(now: now) }
}
