import Histogram

/// The counts of the connections of one event loop, each for itself.
struct LoopStatistics: Sendable {
    /// Answers with status 200 and as many IDs as asked for.
    var successes = 0
    /// From sending a request to the end of its answer, successes only, in nanoseconds.
    var latency = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    /// Other answers, by status and reason.
    var failures: [String: Int] = [:]
    /// Connections that were lost or closed by the server.
    var disconnects = 0
    /// Requests that were sent and not answered.
    var lostRequests = 0
    /// Lost connections that were made again.
    var reconnects = 0
    /// Attempts to make a lost connection again that failed.
    var failedAttempts = 0
    /// Connections that were not made again.
    var givenUp = 0
    /// The number of connections lost or not made, by reason.
    var connectionErrors: [String: Int] = [:]

    mutating func add(_ other: LoopStatistics) {
        successes += other.successes
        latency.add(other.latency)
        failures.merge(other.failures, uniquingKeysWith: +)
        disconnects += other.disconnects
        lostRequests += other.lostRequests
        reconnects += other.reconnects
        failedAttempts += other.failedAttempts
        givenUp += other.givenUp
        connectionErrors.merge(other.connectionErrors, uniquingKeysWith: +)
    }
}
