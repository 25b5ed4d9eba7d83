import Frond

/// The refusal of a request that is beyond a limit.
struct LimitRefusal: Error, Hashable, Sendable {
    /// The thing that the limit is on.
    enum Subject: String, Hashable, Sendable {
        case client, tag
    }

    let subject: Subject
    let limit: RateLimit
    /// The time after which the request would be served; nil where it is larger than the limit ever allows.
    let wait: Duration?

    /// Nil for a request that is within the limit.
    init?(_ verdict: TokenBucket.Verdict, _ subject: Subject, _ limit: RateLimit) {
        switch verdict {
        case .taken: return nil
        case .refused(let ticks): wait = .nanoseconds(max(1, ticks / TokenBucket.ticksPerNanosecond))
        case .tooLarge: wait = nil
        }
        self.subject = subject
        self.limit = limit
    }

    /// The error for the caller: the fact and the cure.
    var error: FrondError {
        guard let wait else {
            return FrondError(
                .invalidArgument,
                "the request is larger than the limit of a \(subject.rawValue) ever allows: \(limit); request fewer IDs"
            )
        }
        return FrondError(
            .rateLimited, "more than the limit of a \(subject.rawValue): \(limit); request less often",
            retryAfter: wait)
    }
}
