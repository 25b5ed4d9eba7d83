/// Which periods' records this server takes numbers of, and since when it takes none: decides what to end.
package struct PeriodsInUse: Sendable {
    /// A period of which nothing was asked for so long is over: other clocks are not so far behind.
    package static let patience = Duration.seconds(300)

    private var lastUse: [Tag: Duration] = [:]

    package init() {}

    /// How many there are.
    package var count: Int { lastUse.count }

    /// Numbers of a period's record are asked for.
    package mutating func use(_ record: Tag, now: Duration) { lastUse[record] = now }

    /// Those that nobody has asked for any more: to be ended.
    package mutating func takeUnused(now: Duration) -> [Tag] {
        let unused = lastUse.filter { now - $0.value >= Self.patience }.map(\.key)
        for record in unused { lastUse[record] = nil }
        return unused
    }
}
