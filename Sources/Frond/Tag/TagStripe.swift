/// The part of a tag's numbers that one of several databases issues: those equal to ``index`` modulo ``count``.
public struct TagStripe: Hashable, Sendable {
    /// The numbers of databases that a tag can be spread over.
    package static let counts: ClosedRange<Int64> = 1...1024
    /// All numbers of the tag, in one database.
    public static let whole = TagStripe(index: 0, count: 1)

    /// The database's part: 0 to ``count`` − 1.
    public var index: Int64
    /// The number of databases, each with a record of its own: 1 to 1024.
    public var count: Int64

    public init(index: Int64, count: Int64) {
        self.index = index
        self.count = count
    }
}
