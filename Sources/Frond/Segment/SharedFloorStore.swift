import Synchronization

/// A store that remembers how far each tag was given out to anybody in this process.
///
/// A generator knows that of its own reservations alone. Segments and counters of Redis may take numbers of one tag, so
/// that a store that went back must be refused by each of them for what any of them was given.
public final class SharedFloorStore: SegmentStore {
    private let base: any SegmentStore
    private let furthest = Mutex<[Tag: SegmentPosition]>([:])

    public init(_ base: any SegmentStore) {
        self.base = base
    }

    public func reserve(
        _ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        while true {
            let shared = furthest.withLock { [$0[tag], floor].compactMap(\.self).max() }
            do {
                let segment = try await base.reserve(tag, atLeast: count, after: shared)
                furthest.withLock { $0[tag] = max($0[tag] ?? segment.finish, segment.finish) }
                return segment
            } catch {
                // Somebody gave numbers back meanwhile: it went back with good reason.
                let now = furthest.withLock { $0[tag] }
                guard error.code == .storeWentBack, let now, let shared, now < shared, floor ?? now < shared else {
                    throw error
                }
            }
        }
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        // First: whoever reserves next may be answered from there on.
        furthest.withLock { furthest in
            if let position = furthest[tag], position > tail.start { furthest[tag] = tail.start }
        }
        return try await base.giveBack(tail, of: tag)
    }

    public func tags() async throws(FrondError) -> [TagRecord] { try await base.tags() }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? { try await base.tag(tag) }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try await base.create(tag, settings)
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await base.change(tag, change)
    }
}
