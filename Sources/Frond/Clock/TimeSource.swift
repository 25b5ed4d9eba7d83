/// The source of time; tests pass one that they can set.
public protocol TimeSource: Sendable {
    /// Time since some fixed moment of this process; never goes back.
    var monotonic: Duration { get }

    /// The wall clock: milliseconds since 1970-01-01T00:00:00Z. May jump both ways.
    var wallMilliseconds: Int64 { get }

    /// Returns once ``monotonic`` has reached `deadline`, or at once when the task is cancelled.
    func sleep(until deadline: Duration) async
}
