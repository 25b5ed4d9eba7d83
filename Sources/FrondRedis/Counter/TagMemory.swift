import Frond

/// The memory that this server has of a tag, whatever Redis says.
struct TagMemory: Sendable {
    /// One past the last number that Redis gave this server.
    private(set) var given: SegmentPosition?
    /// One past the last number of a range seen in Redis: the ceiling store has reserved up to here.
    private(set) var ceiling: SegmentPosition?

    /// The range in Redis that the ceiling store was last seen to have reserved.
    private var covered: String?

    func isCovered(_ range: HeldRange) -> Bool { covered == range.mark }

    mutating func noteCovered(_ range: HeldRange) {
        covered = range.mark
        noteCeiling(range.finish)
    }

    mutating func noteGiven(_ end: SegmentPosition) { given = max(given ?? end, end) }

    mutating func noteCeiling(_ end: SegmentPosition) { ceiling = max(ceiling ?? end, end) }
}
