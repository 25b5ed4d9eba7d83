import Synchronization

/// Time-ordered identifiers: UUID version 7 (RFC 9562, section 5.7), strictly increasing within a generator, also
/// when the clock steps back.
///
/// The 48 bits of milliseconds and the 12 bits after them are one counter (section 6.2, method 1): it goes to the
/// current time where that is ahead, and up by one where it is not. 62 random bits follow.
public final class TimeOrderedUUIDGenerator: IDGenerator {
    private let random = RandomWords()
    private let time: any TimeSource
    /// True where ``time`` is the machine's own clock, which is read for each UUID without an existential.
    private let readsMachine: Bool
    // The counter has a cache line to itself: with every UUID another thread takes it away, and nothing else with it.
    private let before = (0, 0, 0, 0, 0, 0, 0)
    /// Milliseconds, then 12 bits of counter.
    private let last = Atomic<UInt64>(0)
    private let after = (0, 0, 0, 0, 0, 0, 0)

    public init(time: any TimeSource = SystemTimeSource()) {
        self.time = time
        readsMachine = time is SystemTimeSource
    }

    /// Never nil.
    public func nextIfReady() -> UUIDValue? { make() }

    /// Never throws.
    public func next() async throws(FrondError) -> UUIDValue { make() }

    /// - Throws: `invalidArgument` for a count out of range.
    public func next(count: Int) async throws(FrondError) -> [UUIDValue] {
        try checkCount(count)
        return (0..<count).map { _ in make() }
    }

    private func make() -> UUIDValue {
        let wall = readsMachine ? SystemTimeSource.wallMilliseconds : time.wallMilliseconds
        let word = advance(to: UInt64(max(0, wall)))
        return UUIDValue(high: (word >> 12) << 16 | word & 0xFFF, low: random.next(), version: 7)
    }

    private func advance(to milliseconds: UInt64) -> UInt64 {
        var previous = last.load(ordering: .relaxed)
        while true {
            // The counter of a new millisecond begins in the lower half of its range, so that the other half is left
            // before it borrows the next millisecond.
            let word = previous >> 12 < milliseconds ? milliseconds << 12 | random.next() >> 53 : previous + 1
            let (exchanged, original) = last.weakCompareExchange(
                expected: previous, desired: word, ordering: .acquiringAndReleasing)
            if exchanged { return word }
            previous = original
        }
    }
}
