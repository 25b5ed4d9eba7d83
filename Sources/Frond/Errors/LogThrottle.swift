/// Decides which of many failures are logged: of each key the first at once, then one in an interval.
///
/// A caller that asks again and again does not flood the log.
package struct LogThrottle<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        var loggedAt: Duration
        /// The failures that were not logged since.
        var leftOut = 0
    }

    private let interval: Duration
    private let capacity: Int
    private var entries: [Key: Entry] = [:]

    /// - Parameters:
    ///   - interval: the time in which failures of one key have one line.
    ///   - capacity: the most keys that are remembered; with more, all are forgotten.
    package init(interval: Duration, capacity: Int) {
        self.interval = interval
        self.capacity = capacity
    }

    /// Something failed.
    /// - Parameter now: the time of a clock that does not jump.
    /// - Returns: the number of failures that were left out since the last line; nil where this one is left out.
    package mutating func failed(_ key: Key, now: Duration) -> Int? {
        if let entry = entries[key], now - entry.loggedAt < interval {
            entries[key]?.leftOut += 1
            return nil
        }
        let leftOut = entries[key]?.leftOut ?? 0
        if entries.count >= capacity { entries = [:] }
        entries[key] = Entry(loggedAt: now)
        return leftOut
    }
}
