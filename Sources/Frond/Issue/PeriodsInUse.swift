/// The periods whose records this server takes numbers of, and the ends of their use: decides what to end, and which
/// record to make next.
package struct PeriodsInUse: Sendable {
    /// A period of which nothing was asked for so long is over: other clocks are not so far behind.
    package static let patience = Duration.seconds(300)

    private struct Use: Sendable {
        var last: Duration
        /// The record of the period that follows, once it is there.
        var next: Tag?
    }

    private var uses: [Tag: Use] = [:]

    package init() {}

    /// The number of entries.
    package var count: Int { uses.count }

    /// The records in use.
    package var records: [Tag] { Array(uses.keys) }

    /// Numbers of a period's record are asked for.
    package mutating func use(_ record: Tag, now: Duration) { uses[record, default: Use(last: now)].last = now }

    /// Returns true if the record that follows one in use is still to be made.
    package func needs(_ next: Tag, after record: Tag) -> Bool {
        uses[record].map { next != record && $0.next != next } ?? false
    }

    /// The record that follows is there.
    package mutating func noteNext(_ next: Tag, after record: Tag) { uses[record]?.next = next }

    /// Those that are no longer asked for: to be ended.
    package mutating func takeUnused(now: Duration) -> [Tag] {
        let unused = uses.filter { now - $0.value.last >= Self.patience }.map(\.key)
        for record in unused { uses[record] = nil }
        return unused
    }
}
