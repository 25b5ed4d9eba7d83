/// Decides which failures are logged: of each code the first at once, then one in an interval.
///
/// A client that asks again and again does not flood the log. The codes are few, and so are the entries.
struct FailureLogStateMachine {
    /// The time in which failures of one code have one line.
    static let interval = Duration.seconds(10)

    private struct Entry {
        var loggedAt: Duration
        /// The failures that were not logged since.
        var leftOut = 0
    }

    private var entries: [String: Entry] = [:]

    /// A request failed.
    /// - Parameter now: the time of a clock that does not jump.
    /// - Returns: the number of failures that were left out since the last line; nil where this one is left out.
    mutating func failed(code: String, now: Duration) -> Int? {
        if var entry = entries[code], now - entry.loggedAt < Self.interval {
            entry.leftOut += 1
            entries[code] = entry
            return nil
        }
        let leftOut = entries[code]?.leftOut ?? 0
        entries[code] = Entry(loggedAt: now)
        return leftOut
    }
}
