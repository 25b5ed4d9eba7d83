/// The number of tags that may still be created on first use.
///
/// A value without a lock or a clock. It counts the tags of the store once, then the tags that this process creates; at
/// the limit it counts anew now and then, since an operator may have made room.
struct TagRoom: Sendable {
    /// The time between two counts while there is no room.
    static let countInterval = Duration.seconds(10)

    private let limit: Int
    /// Nil until the tags were counted.
    private var count: Int?
    private var countedAt = Duration.zero

    init(limit: Int) {
        self.limit = limit
    }

    /// True while one more tag may be created.
    var hasRoom: Bool { count.map { $0 < limit } ?? false }

    /// True where the tags of the store are to be counted before the next decision.
    func mustCount(now: Duration) -> Bool {
        guard count != nil else { return true }
        return !hasRoom && now - countedAt >= Self.countInterval
    }

    mutating func counted(_ tags: Int, now: Duration) {
        count = tags
        countedAt = now
    }

    /// A tag was created.
    mutating func created() {
        count = (count ?? 0) + 1
    }
}
