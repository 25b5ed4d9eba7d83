public import Frond

/// A store that passes on to another everything that it does not do itself: the base of test doubles.
public protocol ForwardingSegmentStore: SegmentStore {
    /// The store that is passed on to; read anew for each call.
    var beneath: any SegmentStore { get }
}

extension ForwardingSegmentStore {
    public func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        try await beneath.reserve(tag, atLeast: demand, after: floor)
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await beneath.giveBack(tail, of: tag)
    }

    public func tags() async throws(FrondError) -> [TagRecord] { try await beneath.tags() }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? { try await beneath.tag(tag) }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        try await beneath.create(tag, settings)
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await beneath.change(tag, change)
    }
}
