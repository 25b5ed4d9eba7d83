/// Decides which errors of tags an operator is told of: each tag's at most once a minute.
///
/// An error of a store that concerns one tag takes no server out, so the log is the only place where it shows.
struct TagReports: Sendable {
    static let pause = Duration.seconds(60)
    /// The most tags that are remembered; with more, all are forgotten.
    static let capacity = 1000

    private var last: [Tag: Duration] = [:]

    /// True if an error of a tag is to be told now.
    mutating func isDue(_ error: FrondError, of tag: Tag, now: Duration) -> Bool {
        guard error.needsAnOperator else { return false }
        if let last = last[tag], now - last < Self.pause { return false }
        if last.count >= Self.capacity { last = [:] }
        last[tag] = now
        return true
    }
}

extension FrondError {
    /// True for what does not pass by itself: a store that went back or is damaged, and a tag that has ended.
    fileprivate var needsAnOperator: Bool {
        switch code {
        case .storeWentBack, .storeCorrupt, .exhausted: true
        default: false
        }
    }
}
