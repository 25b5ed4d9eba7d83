public import Frond

/// Something happened to a counter in Redis that is not its everyday work; nothing was issued from what it left.
public struct RedisCounterEvent: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The counter belongs to another process or reign: Redis was restarted, or another server took over.
        case newRun = "new-run"
        /// The counter of a tag that this server has used is gone.
        case missing
        /// The counter offered a number that this server had been given before.
        case wentBack = "went-back"
        /// The counter was written by another program.
        case damaged
    }

    public var kind: Kind
    public var tag: Tag

    public init(_ kind: Kind, tag: Tag) {
        self.kind = kind
        self.tag = tag
    }

    /// One sentence for the log.
    public var description: String {
        let cause =
            switch kind {
            case .newRun: "belongs to another run of Redis, which was restarted or replaced"
            case .missing: "is gone from Redis"
            case .wentBack: "went back in Redis"
            case .damaged: "was changed in Redis by another program"
            }
        return "the counter of tag '\(tag)' \(cause): it goes on above its ceiling"
    }
}

/// The number of times each thing happened since this process started.
public struct RedisCounterEvents: Hashable, Sendable {
    public internal(set) var newRuns = 0
    public internal(set) var missing = 0
    public internal(set) var wentBack = 0
    public internal(set) var damaged = 0
    /// Ranges reserved and put into Redis, the everyday ones too.
    public internal(set) var rangesInstalled = 0
    /// Ranges that were not put into Redis after all, because another server was faster or Redis refused: given back to
    /// the store, or a gap.
    public internal(set) var rangesLost = 0

    public init() {}

    mutating func note(_ kind: RedisCounterEvent.Kind) {
        switch kind {
        case .newRun: newRuns += 1
        case .missing: missing += 1
        case .wentBack: wentBack += 1
        case .damaged: damaged += 1
        }
    }
}
