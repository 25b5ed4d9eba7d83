import Synchronization

/// The current window, readable by any thread without a lock: a sequence lock whose sequence number is the window's
/// first slot, since each window begins above the one before.
///
/// A reader sees one window whole or is told to take the slow path; it never pairs the slots of one segment with the
/// offset of another. Writers exclude each other by the mutex that guards the ``SegmentBuffer``.
struct PublishedWindow: ~Copyable, Sendable {
    /// `Int64.max` while a writer is at work, and for good once the window is closed.
    private let base = Atomic<Int64>(SegmentWindow.empty.base)
    private let fastLimit = Atomic<Int64>(SegmentWindow.empty.limit)
    private let stride = Atomic<Int64>(1)
    private let offset = Atomic<Int64>(0)

    /// The numbers of these slots; nil where they are not all among the window's `fastSlots`.
    @inline(__always)
    func numbers(of slots: Range<Int64>) -> NumberRun? {
        let before = base.load(ordering: .acquiring)
        let fastLimit = fastLimit.load(ordering: .acquiring)
        let stride = stride.load(ordering: .acquiring)
        let offset = offset.load(ordering: .acquiring)
        // The loads above are acquiring, so this one is not done before them.
        let after = base.load(ordering: .relaxed)
        guard before == after, slots.lowerBound >= before, slots.upperBound <= fastLimit else { return nil }
        return NumberRun(
            first: slots.lowerBound &* stride &+ offset, count: slots.upperBound &- slots.lowerBound, stride: stride)
    }

    /// True if the slots below this one may be among the window's `fastSlots`: decides nothing, and saves a claim.
    func reaches(_ slot: Int64) -> Bool {
        slot <= fastLimit.load(ordering: .relaxed)
    }

    /// Called under the mutex only.
    func publish(_ window: SegmentWindow) {
        let fast = window.fastSlots
        if base.load(ordering: .relaxed) != fast.lowerBound {
            base.store(.max, ordering: .relaxed)
            // A reader that sees one of the three stores below sees the one above as well, and the old base never
            // again.
            fastLimit.store(fast.upperBound, ordering: .releasing)
            stride.store(window.stride, ordering: .releasing)
            offset.store(window.offset, ordering: .releasing)
            base.store(fast.lowerBound, ordering: .releasing)
        } else {
            // The same slots and numbers; only where the slow path begins has moved.
            fastLimit.store(fast.upperBound, ordering: .releasing)
        }
    }
}
