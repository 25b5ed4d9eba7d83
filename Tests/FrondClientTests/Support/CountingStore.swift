import Frond
import Synchronization

/// A store that counts what is reserved of it.
final class CountingStore: SegmentStore {
    private let base: any SegmentStore
    private let counter = Atomic(0)

    init(_ base: any SegmentStore) {
        self.base = base
    }

    var reservations: Int { counter.load(ordering: .relaxed) }

    func reserve(_ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?) async throws(FrondError) -> Segment {
        counter.add(1, ordering: .relaxed)
        return try await base.reserve(tag, atLeast: count, after: floor)
    }

    func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await base.giveBack(tail, of: tag)
    }

    func tags() async throws(FrondError) -> [TagRecord] { try await base.tags() }

    func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? { try await base.tag(tag) }

    func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try await base.create(tag, settings)
    }

    func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await base.change(tag, change)
    }
}
