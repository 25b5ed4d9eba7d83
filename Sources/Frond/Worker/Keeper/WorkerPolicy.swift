/// The times by which a keeper takes and keeps a worker ID.
public struct WorkerPolicy: Hashable, Sendable {
    /// The reaction to a registry that gives no worker ID at the start.
    public enum Start: String, Hashable, Sendable, CaseIterable {
        /// Keeps trying; no IDs until then.
        case wait
        /// Ends with the reason.
        case fail
    }

    public var start: Start
    /// The horizon of a young process, which a crash costs of a worker ID. Default 3 seconds.
    public var minHorizon: Duration
    /// The horizon of an old process, which lives without its registry for that long. Default 10 minutes.
    public var maxHorizon: Duration
    /// The time after which a call to the registry is given up. Default 5 seconds.
    public var callLimit: Duration
    /// The time for which the clock may be behind the last ID before another worker ID is taken, one that is free by
    /// that clock; nil to wait for the clock, however long. Default 10 seconds.
    ///
    /// IDs of a process keep increasing as long as it waits; those of another worker ID begin at the clock's time.
    public var clockPatience: Duration?
    /// The pause between two looks at the registry that check that the lease still stands. Default 1 second.
    public var checkPause: Duration
    /// The time for which a worker ID of a registry that lives apart is held before it is used: longer than the check
    /// pause of every server, so that a holder unknown to a registry that was restored from a copy has seen the new
    /// holding and stopped. Default 3 seconds.
    public var settlingTime: Duration

    public init(
        start: Start = .wait, minHorizon: Duration = .seconds(3), maxHorizon: Duration = .seconds(600),
        callLimit: Duration = .seconds(5), clockPatience: Duration? = .seconds(10),
        checkPause: Duration = .seconds(1), settlingTime: Duration = .seconds(3)
    ) {
        precondition(minHorizon >= .milliseconds(100), "minHorizon is 100 milliseconds or more")
        precondition(maxHorizon >= minHorizon, "maxHorizon is minHorizon or more")
        self.start = start
        self.minHorizon = minHorizon
        self.maxHorizon = maxHorizon
        self.callLimit = callLimit
        self.clockPatience = clockPatience
        self.checkPause = checkPause
        self.settlingTime = settlingTime
    }
}
