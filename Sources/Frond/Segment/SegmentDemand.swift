/// The size of a reservation: the numbers that callers wait for, and the numbers that would be used.
///
/// An integer literal is a demand of numbers that are needed.
public struct SegmentDemand: Hashable, Sendable {
    /// The numbers that must be left in the tag's range; where fewer are, the reservation fails and takes nothing. At
    /// least 1.
    public var needed: Int64
    /// The numbers to reserve; the tag's step where nil or smaller. Of a range near its end a store reserves fewer, but
    /// as many as are needed.
    public var wanted: Int64?

    /// - Parameters:
    ///   - needed: the numbers that callers wait for; less than 1 means 1.
    ///   - wanted: the numbers to reserve; `needed` where nil.
    public init(needed: Int64 = 1, wanted: Int64? = nil) {
        self.needed = max(1, needed)
        self.wanted = wanted
    }

    /// The numbers to reserve, whatever the tag's step.
    package var size: Int64 { max(1, wanted ?? needed) }
    /// The fewest numbers that a reservation of this demand brings.
    package var least: Int64 { min(needed, size) }

    /// This demand with a bound on the numbers reserved; what must be left stays.
    package func atMost(_ bound: Int64) -> SegmentDemand {
        SegmentDemand(needed: needed, wanted: min(size, bound))
    }
}

extension SegmentDemand: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(needed: value) }
}
