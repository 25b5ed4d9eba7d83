import Synchronization

/// A counter of known tags alone: whoever asks for a million names leaves nothing behind in the counter.
public final class KnownTagsCounterStore: CounterStore {
    private let base: any CounterStore
    private let tags: any SegmentStore
    /// Tags are never removed by Frond, so one that was known is.
    private let known = Mutex<Set<Tag>>([])

    /// - Parameters:
    ///   - base: where numbers are drawn.
    ///   - tags: knows the tags; asked once for each.
    public init(_ base: any CounterStore, tags: any SegmentStore) {
        self.base = base
        self.tags = tags
    }

    public func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        if !known.withLock({ $0.contains(tag) }) {
            guard try await tags.tag(tag) != nil else { throw FrondError.unknown(tag) }
            known.withLock { _ = $0.insert(tag) }
        }
        return try await base.draw(tag, count: count)
    }

    public func forget(_ tag: Tag) { base.forget(tag) }

    public func check() async throws(FrondError) {
        try await base.check()
    }
}
