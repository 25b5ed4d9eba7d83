/// Numbers at equal distances that one reservation made this process's own, durably.
public struct Segment: Hashable, Sendable {
    /// The first number.
    public var first: Int64
    /// One past the last number: the earliest start of the next reservation.
    public var end: Int64
    /// From one number to the next: 1, or where the tag's numbers are striped over n databases, n. 1 to 1024.
    public var stride: Int64
    /// The tag's `step` when this was reserved.
    public var step: Int64
    /// The number of times the tag had started again; numbers grow within one cycle.
    public var cycle: Int64
    /// The record's version right after this reservation: what a give-back compares.
    public var version: Int64
    /// The proof that a give-back comes from the caller of the reservation; nil where the store has none, and then the
    /// numbers cannot be given back.
    public var secret: ReservationSecret?

    /// Creates a segment, as a store does.
    public init(
        first: Int64, end: Int64, stride: Int64 = 1, step: Int64, cycle: Int64, version: Int64,
        secret: ReservationSecret? = nil
    ) {
        self.first = first
        self.end = end
        self.stride = stride
        self.step = step
        self.cycle = cycle
        self.version = version
        self.secret = secret
    }

    /// The number of numbers; 0 if `end` is not above `first`.
    public var count: Int64 { end > first ? (end - 1 - first) / stride + 1 : 0 }
}
