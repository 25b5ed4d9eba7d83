import Frond

/// The limits within which a counter in Redis reserves and waits.
public struct RedisPolicy: Hashable, Sendable {
    /// The least numbers that one reservation in the ceiling store takes, unless the tag's own step is larger: what a
    /// loss of Redis's data can waste. 1 to ``TagRecord/largestStep``. Default 100,000.
    public var ceilingStep: Int64
    /// The longest time that connecting may take. Default 1 second.
    public var connectTimeout: Duration
    /// The longest time that a reply may take. Default 1 second.
    public var commandTimeout: Duration
    /// The prefix of the keys; the tag follows in braces. Default `frond:`.
    public var keyPrefix: String

    public init(
        ceilingStep: Int64 = 100_000, connectTimeout: Duration = .seconds(1), commandTimeout: Duration = .seconds(1),
        keyPrefix: String = "frond:"
    ) {
        precondition((1...TagRecord.largestStep).contains(ceilingStep), "ceilingStep is 1 to TagRecord.largestStep")
        precondition(connectTimeout > .zero && commandTimeout > .zero, "timeouts are longer than nothing")
        self.ceilingStep = ceilingStep
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        self.keyPrefix = keyPrefix
    }
}
