import Frond

/// The positions up to which each of several databases gave this server numbers: a database that offers less went back.
struct SegmentFloors: Sendable {
    private var databases: [Int: StoreFloors] = [:]

    /// The number of positions in memory.
    var count: Int { databases.values.reduce(0) { $0 + $1.count } }

    func position(of tag: Tag, in place: Int) -> SegmentPosition? { databases[place]?[tag] }

    mutating func reserved(_ segment: Segment, of tag: Tag, from place: Int) {
        databases[place, default: StoreFloors()].reserved(segment, of: tag, after: nil)
    }

    /// Lowers the position, since the tail of the last segment is about to be given back: the database may then stand
    /// at its first number.
    /// - Returns: true if it was lowered.
    mutating func givingBack(_ tail: Segment, of tag: Tag, to place: Int) -> Bool {
        databases[place]?.lower(tag, by: tail) ?? false
    }

    /// Raises the position to the end of a tail that the database refused.
    mutating func restore(_ tail: Segment, of tag: Tag, to place: Int) {
        databases[place]?.restore(tag, by: tail)
    }
}
