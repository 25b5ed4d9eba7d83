import Synchronization

/// The current window, readable by any thread without a lock: a sequence lock.
///
/// A reader sees one window whole or is told to take the slow path; it never pairs the slots of one segment with the
/// offset of another. Writers exclude each other by the mutex that guards the ``SegmentBuffer``.
struct PublishedWindow: ~Copyable, Sendable {
    /// Odd while a writer is at work.
    private let sequence = Atomic<UInt>(0)
    private let base = Atomic<Int64>(0)
    private let limit = Atomic<Int64>(0)
    private let offset = Atomic<Int64>(0)
    private let prefetchAt = Atomic<Int64>(-1)

    /// The number of a slot and whether its claim starts a fetch; nil where the window does not cover it.
    @inline(__always)
    func number(of slots: Range<Int64>) -> (first: Int64, startsFetch: Bool)? {
        let before = sequence.load(ordering: .acquiring)
        let base = base.load(ordering: .acquiring)
        let limit = limit.load(ordering: .acquiring)
        let offset = offset.load(ordering: .acquiring)
        let prefetchAt = prefetchAt.load(ordering: .acquiring)
        // The loads above are acquiring, so this one is not done before them.
        let after = sequence.load(ordering: .relaxed)
        guard before == after, before & 1 == 0, slots.lowerBound >= base, slots.upperBound <= limit else { return nil }
        return (slots.lowerBound &+ offset, slots.lowerBound <= prefetchAt && prefetchAt < slots.upperBound)
    }

    /// Called under the mutex only.
    func publish(_ window: SegmentWindow) {
        let before = sequence.load(ordering: .relaxed)
        sequence.store(before &+ 1, ordering: .relaxed)
        // Each store below is releasing: who sees one of them sees the odd sequence number as well.
        base.store(window.base, ordering: .releasing)
        limit.store(window.limit, ordering: .releasing)
        offset.store(window.offset, ordering: .releasing)
        prefetchAt.store(window.prefetchAt, ordering: .releasing)
        sequence.store(before &+ 2, ordering: .releasing)
    }
}
