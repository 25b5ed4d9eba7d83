/// The limits within which a counter generator draws and waits.
public struct CounterPolicy: Hashable, Sendable {
    /// The most numbers one draw asks for: 1 to 16,777,216. Default 100,000.
    public var largestDraw: Int
    /// The longest time that a caller waits for its numbers. Default 1 second.
    public var waitLimit: Duration
    /// The number of callers that may wait for one tag; more are refused. Default 10,000.
    public var maxWaiters: Int

    public init(largestDraw: Int = 100_000, waitLimit: Duration = .seconds(1), maxWaiters: Int = 10_000) {
        precondition((1...1 << 24).contains(largestDraw), "largestDraw is 1 to 16,777,216")
        precondition(maxWaiters >= 1, "maxWaiters is 1 or more")
        self.largestDraw = largestDraw
        self.waitLimit = waitLimit
        self.maxWaiters = maxWaiters
    }
}
