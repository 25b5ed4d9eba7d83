import Synchronization

/// The next unclaimed slot, on its own cache line.
struct SlotCursor: ~Copyable, Sendable {
    // A line is 64 bytes on the machines Frond runs on; the counter has one to itself wherever the struct begins.
    private let before = (0, 0, 0, 0, 0, 0, 0)
    private let next = Atomic<Int64>(0)
    private let after = (0, 0, 0, 0, 0, 0, 0)

    /// The next unclaimed slot.
    var value: Int64 { next.load(ordering: .acquiring) }

    @inline(__always)
    func claim() -> Int64 {
        next.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
    }

    @inline(__always)
    func claim(count: Int64) -> Range<Int64> {
        let first = next.wrappingAdd(count, ordering: .acquiringAndReleasing).oldValue
        return first..<(first + count)
    }

    /// Gives slots back that are not used, if no later one was claimed.
    func giveBack(_ slots: Range<Int64>) {
        _ = next.compareExchange(
            expected: slots.upperBound, desired: slots.lowerBound, ordering: .acquiringAndReleasing)
    }
}
