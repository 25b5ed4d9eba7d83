/// A range of numbers that one reservation made ours: durably, and nobody else's.
public struct Segment: Hashable, Sendable {
    /// The first number.
    public var first: Int64
    /// One past the last number.
    public var end: Int64
    /// The tag's `step` when this was reserved.
    public var step: Int64
    /// How often the tag had begun again; numbers grow within one cycle.
    public var cycle: Int64
    /// The record's version right after this reservation: what a give-back compares.
    public var version: Int64

    public init(first: Int64, end: Int64, step: Int64, cycle: Int64, version: Int64) {
        self.first = first
        self.end = end
        self.step = step
        self.cycle = cycle
        self.version = version
    }

    /// How many numbers it has.
    public var count: Int64 { end - first }
}
