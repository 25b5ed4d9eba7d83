/// Numbers at equal distances: `first`, `first + stride`, `first + 2 * stride`, …
///
/// Most runs have a stride of 1; where the numbers of a tag are striped over n databases, it is n.
public struct NumberRun: Hashable, Sendable {
    /// The first number.
    public var first: Int64
    /// The number of numbers, 0 or more.
    public var count: Int64
    /// The distance from one number to the next, 1 or more.
    public var stride: Int64

    /// Creates a run.
    public init(first: Int64, count: Int64, stride: Int64 = 1) {
        self.first = first
        self.count = count
        self.stride = stride
    }
}

extension NumberRun: RandomAccessCollection {
    public var startIndex: Int64 { 0 }
    public var endIndex: Int64 { count }
    public subscript(position: Int64) -> Int64 { first + position * stride }

    /// Returns true if the number is in the run; takes constant time.
    public func contains(_ number: Int64) -> Bool {
        guard count > 0, number >= first, number <= self[count - 1] else { return false }
        return (number - first) % stride == 0
    }
}
