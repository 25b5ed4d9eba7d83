/// The positions up to which a store is known to have issued its tags: a store that offers less went back.
///
/// Bounded: one position a tag, and one for each of a tag's latest periods.
package struct StoreFloors: Sendable {
    /// The number of periods of one tag that are remembered: those used last. Servers whose clocks differ, and corrected
    /// clocks, use neighbouring ones.
    package static let periodsPerTag = 3

    private var tags: [Tag: SegmentPosition] = [:]
    /// Of each tag the records of its periods, the last used one at the end.
    private var periods: [Tag: [(record: Tag, position: SegmentPosition)]] = [:]

    package init() {}

    /// The number of positions in memory.
    package var count: Int { tags.count + periods.values.reduce(0) { $0 + $1.count } }

    package subscript(record: Tag) -> SegmentPosition? {
        guard let owner = record.periodTag else { return tags[record] }
        return periods[owner]?.last { $0.record == record }?.position
    }

    /// Raises the position of a record; a lower one changes nothing.
    package mutating func raise(_ record: Tag, to position: SegmentPosition) {
        set(record, max(self[record] ?? position, position))
    }

    /// Lowers the position of a record, whose numbers from there on are about to be given back.
    package mutating func lower(_ record: Tag, to position: SegmentPosition) {
        guard let current = self[record], current > position else { return }
        set(record, position)
    }

    private mutating func set(_ record: Tag, _ position: SegmentPosition) {
        guard let owner = record.periodTag else {
            tags[record] = position
            return
        }
        var records = periods[owner] ?? []
        records.removeAll { $0.record == record }
        records.append((record, position))
        if records.count > Self.periodsPerTag { records.removeFirst() }
        periods[owner] = records
    }
}
