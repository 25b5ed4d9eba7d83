/// The bounds of a snowflake generator on its clock and on callers that wait.
public struct SnowflakePolicy: Hashable, Sendable {
    /// The distance by which IDs may run ahead of the clock, by a burst or by a clock that stepped back; at least one
    /// tick. Default 10 milliseconds.
    public var maxAhead: Duration
    /// A jump of the wall clock against the monotonic clock that is followed at once; a larger one forward is followed
    /// only once it has lasted. Default 10 seconds.
    public var maxForwardJump: Duration
    /// The longest wait of a caller for an ID; at least two ticks. Default 1 second.
    public var waitLimit: Duration
    /// The most callers that wait; more are refused. Default 10,000.
    public var maxWaiters: Int
    /// The seed that draws the start of the sequence in each new tick; random where nil.
    public var spreadSeed: UInt64?

    public init(
        maxAhead: Duration = .milliseconds(10), maxForwardJump: Duration = .seconds(10),
        waitLimit: Duration = .seconds(1), maxWaiters: Int = 10_000, spreadSeed: UInt64? = nil
    ) {
        precondition(maxAhead >= .zero, "maxAhead is zero or more")
        precondition(maxForwardJump >= .seconds(1), "maxForwardJump is a second or more")
        precondition(maxWaiters >= 1, "maxWaiters is 1 or more")
        self.maxAhead = maxAhead
        self.maxForwardJump = maxForwardJump
        self.waitLimit = waitLimit
        self.maxWaiters = maxWaiters
        self.spreadSeed = spreadSeed
    }
}
