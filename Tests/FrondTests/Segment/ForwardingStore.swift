import Frond

/// A store that passes on to another what it does not do itself.
protocol ForwardingStore: SegmentStore {
    var beneath: any SegmentStore { get }
}

extension ForwardingStore {
    func reserve(_ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?) async throws(FrondError) -> Segment {
        try await beneath.reserve(tag, atLeast: count, after: floor)
    }

    func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await beneath.giveBack(tail, of: tag)
    }

    func tags() async throws(FrondError) -> [TagRecord] { try await beneath.tags() }

    func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? { try await beneath.tag(tag) }

    func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try await beneath.create(tag, settings)
    }

    func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await beneath.change(tag, change)
    }
}
