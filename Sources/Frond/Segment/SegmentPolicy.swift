/// The limits within which a segment generator fetches and waits.
public struct SegmentPolicy: Hashable, Sendable {
    /// The part of a segment that is used when the next one is fetched in the background: 0 to 1. Default 0.1.
    public var prefetchFraction: Double
    /// The time that a segment should last; the step grows and shrinks toward it. Default 15 minutes.
    public var targetDuration: Duration
    /// The most numbers one reservation takes, unless the tag's own step is larger. Default 1,000,000.
    public var maxStep: Int64
    /// The maximum time that a caller waits for a fetch in flight. Default 1 second.
    public var waitLimit: Duration
    /// The maximum number of callers that wait for one tag; more are refused. Default 10,000.
    public var maxWaiters: Int

    /// Creates a policy; each value has its default.
    public init(
        prefetchFraction: Double = 0.1, targetDuration: Duration = .seconds(900), maxStep: Int64 = 1_000_000,
        waitLimit: Duration = .seconds(1), maxWaiters: Int = 10_000
    ) {
        precondition((0...1).contains(prefetchFraction), "prefetchFraction is a part: 0 to 1")
        precondition((1...TagRecord.largestStep).contains(maxStep), "maxStep is 1 to TagRecord.largestStep")
        precondition(maxWaiters >= 1, "maxWaiters is 1 or more")
        self.prefetchFraction = prefetchFraction
        self.targetDuration = targetDuration
        self.maxStep = maxStep
        self.waitLimit = waitLimit
        self.maxWaiters = maxWaiters
    }
}
