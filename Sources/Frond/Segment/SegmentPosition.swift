/// The position up to which a tag is issued: the cycle, and the next number within it.
///
/// A generator passes the furthest position it has seen with each reservation, so that a store that went back (a
/// restored dump, a stale replica) is refused instead of believed.
public struct SegmentPosition: Hashable, Sendable, Comparable {
    /// The number of times that the tag has started again, 0 or more.
    public var cycle: Int64
    /// The next number within the cycle.
    public var next: Int64

    /// Creates a position.
    public init(cycle: Int64, next: Int64) {
        self.cycle = cycle
        self.next = next
    }

    public static func < (left: SegmentPosition, right: SegmentPosition) -> Bool {
        (left.cycle, left.next) < (right.cycle, right.next)
    }
}

extension Segment {
    /// The position of the first number.
    package var start: SegmentPosition { SegmentPosition(cycle: cycle, next: first) }
    /// The earliest position of the next reservation of the tag.
    package var finish: SegmentPosition { SegmentPosition(cycle: cycle, next: end) }

    /// True if nothing lies between the two segments, neither a number nor a change of the record, so that they are
    /// one.
    func follows(_ other: Segment) -> Bool {
        cycle == other.cycle && stride == other.stride && version == other.version &+ 1 && first > other.end - 1
            && first - (other.end - 1) == stride
    }

    /// Cuts the segment after its first `count` numbers.
    /// - Parameter count: 1 to one less than it has.
    /// - Returns: the rest.
    mutating func split(after count: Int64) -> Segment {
        var rest = self
        rest.first = first + count * stride
        end = first + (count - 1) * stride + 1
        // The first part is no longer the end of its reservation: it cannot be given back.
        secret = nil
        return rest
    }

    /// This segment and the one that follows it, as one that can be given back.
    package func joined(with next: Segment) -> Segment {
        var segment = self
        segment.end = next.end
        segment.version = next.version
        segment.secret = next.secret.flatMap { secret?.joined(with: $0) }
        return segment
    }
}
