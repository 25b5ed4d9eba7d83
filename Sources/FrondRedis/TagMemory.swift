import Frond

/// What this server knows of a tag, whatever Redis says.
struct TagMemory: Sendable {
    /// One past the last number that Redis gave this server.
    private(set) var given: SegmentPosition?
    /// One past the last number of a range seen in Redis: the ceiling store has reserved up to here.
    private(set) var ceiling: SegmentPosition?

    mutating func noteGiven(_ end: SegmentPosition) { given = max(given ?? end, end) }

    mutating func noteCeiling(_ end: SegmentPosition) { ceiling = max(ceiling ?? end, end) }
}
