/// A token bucket as one number: the time at which it is full again (the generic cell rate algorithm).
///
/// A value without a clock. Times count in ``ticksPerNanosecond`` of a clock that never goes back; within any time t no
/// more than burst + rate · t is taken.
struct TokenBucket: Hashable, Sendable {
    /// The fineness of times: a unit of the highest rate takes 160 ticks.
    static let ticksPerNanosecond: Int64 = 16

    /// The verdict on a request.
    enum Verdict: Hashable, Sendable {
        case taken
        /// Too much for now: enough is there after so many ticks.
        case refused(wait: Int64)
        /// More than the bucket ever holds.
        case tooLarge
    }

    /// The time at which the bucket is full again; full where that has passed.
    private(set) var fullAt: Int64

    /// Creates a bucket; by default it is full.
    init(fullAt: Int64 = 0) {
        self.fullAt = fullAt
    }

    /// Takes a number of units, all or none.
    mutating func take(_ count: Int64, of limit: RateLimit, now: Int64) -> Verdict {
        guard count <= limit.burst else { return .tooLarge }
        let next = max(fullAt, now) + count * limit.ticksPerUnit
        let wait = next - now - limit.burst * limit.ticksPerUnit
        guard wait <= 0 else { return .refused(wait: wait) }
        fullAt = next
        return .taken
    }

    func isFull(now: Int64) -> Bool { fullAt <= now }
}

extension RateLimit {
    /// The ticks in which one unit comes back, rounded up.
    var ticksPerUnit: Int64 { (1_000_000_000 * TokenBucket.ticksPerNanosecond + perSecond - 1) / perSecond }
}
