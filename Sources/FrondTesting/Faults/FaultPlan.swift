import Frond

/// The faults in the calls of a store: by a script, or by chance from a seed. The same plan gives the same
/// faults in the same order of calls.
public struct FaultPlan: Sendable {
    /// The frequency of each kind of fault: parts of all calls, together at most 1.
    public struct Odds: Hashable, Sendable {
        public var errorBefore: Double
        public var errorAfterCommit: Double
        public var delay: Double
        public var slowReply: Double
        /// Delays are from nothing up to this.
        public var longestDelay: Duration

        public init(
            errorBefore: Double = 0.05, errorAfterCommit: Double = 0.05, delay: Double = 0.1, slowReply: Double = 0.1,
            longestDelay: Duration = .seconds(2)
        ) {
            self.errorBefore = errorBefore
            self.errorAfterCommit = errorAfterCommit
            self.delay = delay
            self.slowReply = slowReply
            self.longestDelay = longestDelay
        }
    }

    private var script: ArraySlice<StoreFault?>
    private let odds: Odds?
    private var random: SplitMix64

    /// One entry for each call, in order, nil for a call that goes well; after the last all go well.
    public static func script(_ faults: [StoreFault?]) -> FaultPlan {
        FaultPlan(script: faults[...], odds: nil, random: SplitMix64(seed: 0))
    }

    /// Faults by chance, each call's drawn from the seed.
    public static func seeded(_ seed: UInt64, odds: Odds = Odds()) -> FaultPlan {
        FaultPlan(script: [], odds: odds, random: SplitMix64(seed: seed))
    }

    /// Puts these before whatever else is planned.
    mutating func insert(_ faults: [StoreFault?]) {
        script = faults[...] + script
    }

    /// The fault of the next call; nil where it goes well.
    mutating func next() -> StoreFault? {
        if let planned = script.popFirst() { return planned }
        guard let odds else { return nil }
        let drawn = Double.random(in: 0..<1, using: &random)
        let delay = odds.longestDelay * Double.random(in: 0...1, using: &random)
        var bound = odds.errorBefore
        if drawn < bound { return .errorBefore }
        bound += odds.errorAfterCommit
        if drawn < bound { return .errorAfterCommit }
        bound += odds.delay
        if drawn < bound { return .delay(delay) }
        bound += odds.slowReply
        return drawn < bound ? .slowReply(delay) : nil
    }
}
