import Frond
import Synchronization

/// A store that a test can exchange for another: a failover.
final class SwitchableStore: SegmentStore {
    private let current: Mutex<any SegmentStore>

    init(_ store: any SegmentStore) {
        current = Mutex(store)
    }

    func use(_ store: any SegmentStore) {
        current.withLock { $0 = store }
    }

    private var store: any SegmentStore { current.withLock { $0 } }

    func reserve(_ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?) async throws(FrondError) -> Segment {
        try await store.reserve(tag, atLeast: count, after: floor)
    }

    func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await store.giveBack(tail, of: tag)
    }

    func tags() async throws(FrondError) -> [TagRecord] { try await store.tags() }

    func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? { try await store.tag(tag) }

    func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try await store.create(tag, settings)
    }

    func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await store.change(tag, change)
    }
}
