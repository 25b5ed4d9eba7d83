/// Which slots the current segment covers, and which numbers they stand for.
///
/// The numbers of a tag on this server are counted by *slots* 0, 1, 2, …. A claim takes a slot; the window that covers
/// the slot says its number: `slot + offset`.
package struct SegmentWindow: Equatable, Sendable {
    /// The first slot covered.
    package var base: Int64
    /// One past the last slot covered.
    package var limit: Int64
    /// What is added to a slot to get its number.
    package var offset: Int64
    /// Whoever claims this slot starts the fetch of the next segment; −1 where none is to be started.
    package var prefetchAt: Int64

    /// Covers nothing: the first claim will fetch.
    package static let empty = SegmentWindow(base: 0, limit: 0, offset: 0, prefetchAt: -1)
    /// Covers nothing, and every claim is below it: nothing is issued any more.
    package static let closed = SegmentWindow(base: .max, limit: .max, offset: 0, prefetchAt: -1)

    package var slots: Range<Int64> { base..<limit }

    package func numbers(of slots: Range<Int64>) -> Range<Int64> {
        (slots.lowerBound + offset)..<(slots.upperBound + offset)
    }
}
