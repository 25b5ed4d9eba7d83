/// The positions up to which a store is known to have issued its tags: a store that offers less went back.
///
/// Bounded: one position a tag, and one for each of a tag's latest periods.
package struct StoreFloors: Sendable {
    /// The number of periods of one tag that are remembered: those used last. Servers whose clocks differ, and
    /// corrected clocks, use neighbouring ones.
    package static let periodsPerTag = 3

    private struct Floor: Sendable {
        var position: SegmentPosition
        /// The start of the last reservation.
        var first: SegmentPosition
        /// The first number that the caller of the last reservation may give back: the start of the one before if the
        /// same caller made that too.
        var lowest: SegmentPosition
    }

    private var tags: [Tag: Floor] = [:]
    /// Of each tag the records of its periods, the last used one at the end.
    private var periods: [Tag: [(record: Tag, floor: Floor)]] = [:]

    package init() {}

    /// The number of positions in memory.
    package var count: Int { tags.count + periods.values.reduce(0) { $0 + $1.count } }

    package subscript(record: Tag) -> SegmentPosition? { floor(of: record)?.position }

    /// Raises the position of a record to the end of a segment; a lower one changes nothing.
    /// - Parameter own: the position that the caller knew before: with the right one it made the reservation before
    ///   too, and may give both back as one.
    package mutating func reserved(_ segment: Segment, of record: Tag, after own: SegmentPosition?) {
        let before = floor(of: record)
        if let before, before.position > segment.finish { return }
        let previous = before.flatMap { $0.position == own ? $0.first : nil }
        set(
            record,
            Floor(position: segment.finish, first: segment.start, lowest: previous ?? segment.start))
    }

    /// True if the tail may be of the last caller; false if it begins with numbers of the caller before, which are in
    /// use.
    package func mayGiveBack(_ tail: Segment, of record: Tag) -> Bool {
        guard let floor = floor(of: record), floor.position == tail.finish else { return true }
        return tail.start >= floor.lowest
    }

    /// Lowers the position of a record to the start of a tail that is about to be given back.
    /// - Returns: true if it was lowered; false if the tail does not end at the position: the store cannot take it
    ///   back.
    package mutating func lower(_ record: Tag, by tail: Segment) -> Bool {
        guard self[record] == tail.finish, tail.start < tail.finish else { return false }
        set(record, Floor(position: tail.start, first: tail.start, lowest: tail.start))
        return true
    }

    /// Raises the position of a record to the end of a tail that the store refused.
    package mutating func restore(_ record: Tag, by tail: Segment) {
        guard let current = self[record], current < tail.finish else { return }
        set(record, Floor(position: tail.finish, first: tail.start, lowest: tail.start))
    }

    private func floor(of record: Tag) -> Floor? {
        guard let owner = record.periodTag else { return tags[record] }
        return periods[owner]?.last { $0.record == record }?.floor
    }

    private mutating func set(_ record: Tag, _ floor: Floor) {
        guard let owner = record.periodTag else {
            tags[record] = floor
            return
        }
        var records = periods[owner] ?? []
        records.removeAll { $0.record == record }
        records.append((record, floor))
        if records.count > Self.periodsPerTag { records.removeFirst() }
        periods[owner] = records
    }
}
