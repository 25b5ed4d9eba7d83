/// The worker ID that a process holds, for readiness and for people.
public struct WorkerStatus: Hashable, Sendable {
    /// The worker ID that is held; nil where there is none.
    public var workerID: Int64?
    /// Its fencing token.
    public var token: Int64?
    /// Up to when it may be issued with: milliseconds since 1970-01-01T00:00:00Z.
    public var horizonMilliseconds: Int64?
    public var clock: ClockState
    /// The reason that IDs cannot be issued, now or once the horizon is reached; nil where nothing is wrong.
    public var problem: String?
    /// True where IDs can be issued now.
    public var isReady: Bool
}
