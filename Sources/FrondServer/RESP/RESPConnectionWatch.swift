import NIOCore

/// Decides when a client has been too slow, by looks at its connection now and then.
struct RESPConnectionWatch {
    /// The limits of a client's slowness.
    struct Limits {
        /// The time in which a client that has answers to take has to take some.
        var stall: TimeAmount
        /// The time from a request's first bytes in which it must be complete.
        var request: TimeAmount
        /// The time after which a connection without a request is closed; nil for never.
        var idle: TimeAmount?

        /// The time between two looks: a connection is closed at most a quarter late.
        var interval: TimeAmount {
            let shortest = min(stall, request, idle ?? stall)
            return .nanoseconds(shortest.nanoseconds / Int64(IdleWatch.looksPerLimit))
        }
    }

    /// The finding of a look.
    enum Finding: Equatable {
        case fine
        /// The client takes nothing of its answers.
        case stalled
        /// A request is not complete within its time.
        case overdue
        /// The client asks for nothing.
        case idle
    }

    /// The state of the connection at the time of a look.
    struct Sight: Equatable {
        /// A count that grows with all that client and server do.
        var activity: UInt64 = 0
        /// The bytes that the client has not taken.
        var unsentBytes = 0
        /// The number of the request that has begun and is not complete; nil between requests.
        var partial: UInt64?
        /// True once the connection is being ended.
        var isEnding = false
        /// True while the client waits for an answer of the server.
        var isAwaited = false
    }

    let limits: Limits
    private var last = Sight()
    /// The time since which nothing happened.
    private var quietSince: NIODeadline
    /// The time at which the incomplete request was first seen.
    private var partialSince: NIODeadline

    init(limits: Limits, now: NIODeadline) {
        self.limits = limits
        quietSince = now
        partialSince = now
    }

    mutating func look(_ sight: Sight, at now: NIODeadline) -> Finding {
        if sight.activity != last.activity || sight.unsentBytes != last.unsentBytes { quietSince = now }
        if sight.partial == nil || sight.partial != last.partial { partialSince = now }
        last = sight
        let quiet = now - quietSince
        if sight.unsentBytes > 0 || sight.isEnding, quiet >= limits.stall { return .stalled }
        if sight.partial != nil, now - partialSince >= limits.request { return .overdue }
        if let idle = limits.idle, !sight.isAwaited, quiet >= idle { return .idle }
        return .fine
    }
}
