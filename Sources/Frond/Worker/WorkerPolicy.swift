/// How a keeper takes and keeps a worker ID.
public struct WorkerPolicy: Hashable, Sendable {
    /// What to do where no worker ID can be had at the start.
    public enum Start: String, Hashable, Sendable, CaseIterable {
        /// Try on; no IDs until then.
        case wait
        /// Give up, with the reason.
        case fail
    }

    public var start: Start
    /// The horizon of a young process: what a crash costs of a worker ID. Default 3 seconds.
    public var minHorizon: Duration
    /// The horizon of an old process: how long it lives without its registry. Default 10 minutes.
    public var maxHorizon: Duration
    /// When a call to the registry is given up. Default 5 seconds.
    public var callLimit: Duration
    /// How long the clock may be behind the last ID before another worker ID is taken, one that is free by that clock;
    /// nil to wait for the clock, however long. Default 10 seconds.
    ///
    /// IDs of a process keep increasing as long as it waits; those of another worker ID begin at the clock's time.
    public var clockPatience: Duration?

    public init(
        start: Start = .wait, minHorizon: Duration = .seconds(3), maxHorizon: Duration = .seconds(600),
        callLimit: Duration = .seconds(5), clockPatience: Duration? = .seconds(10)
    ) {
        precondition(minHorizon >= .milliseconds(100), "minHorizon is 100 milliseconds or more")
        precondition(maxHorizon >= minHorizon, "maxHorizon is minHorizon or more")
        self.start = start
        self.minHorizon = minHorizon
        self.maxHorizon = maxHorizon
        self.callLimit = callLimit
        self.clockPatience = clockPatience
    }
}
