/// The slots that the current segment covers, and the numbers they stand for.
///
/// The numbers of a tag on this server are counted by *slots* 0, 1, 2, …. A claim takes a slot; the window that covers
/// the slot says its number: `slot * stride + offset`.
package struct SegmentWindow: Equatable, Sendable {
    /// The first slot covered.
    package var base: Int64
    /// One past the last slot covered.
    package var limit: Int64
    /// From the number of one slot to that of the next.
    package var stride: Int64 = 1
    /// The distance from a slot, times the stride, to its number. Wraps around.
    package var offset: Int64
    /// A claim from this slot on takes the slow path, where it starts the fetch of the next segment; `Int64.max` where
    /// none is due.
    package var prefetchAt: Int64

    /// Covers nothing: the first claim will fetch. Begins below slot 0, so that every window begins above this one.
    package static let empty = SegmentWindow(base: -1, limit: -1, offset: 0, prefetchAt: .max)
    /// Covers nothing, and every claim is below it: nothing is issued any more.
    package static let closed = SegmentWindow(base: .max, limit: .max, offset: 0, prefetchAt: .max)

    package var slots: Range<Int64> { base..<limit }

    /// The slots that a claim may turn into numbers without the lock.
    package var fastSlots: Range<Int64> { base..<max(base, min(limit, prefetchAt)) }

    package func number(of slot: Int64) -> Int64 { slot &* stride &+ offset }

    package func numbers(of slots: Range<Int64>) -> NumberRun {
        NumberRun(first: number(of: slots.lowerBound), count: Int64(slots.count), stride: stride)
    }
}
