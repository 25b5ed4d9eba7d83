/// A store that creates a tag the first time numbers of it are asked for.
public struct AutoCreatingStore: SegmentStore {
    private let base: any SegmentStore
    private let settings: TagSettings

    /// - Parameter settings: what a new tag is created with.
    public init(_ base: any SegmentStore, settings: TagSettings = TagSettings()) {
        self.base = base
        self.settings = settings
    }

    public func reserve(
        _ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        do {
            return try await base.reserve(tag, atLeast: count, after: floor)
        } catch  where error.code == .unknownTag && floor == nil && tag.periodTag == nil {
            // With a floor the tag was there before and is gone: making it anew would begin at 1 again.
            try await createUnlessThere(tag)
            return try await base.reserve(tag, atLeast: count, after: floor)
        }
    }

    private func createUnlessThere(_ tag: Tag) async throws(FrondError) {
        do {
            _ = try await base.create(tag, settings)
        } catch {
            // Where another server was first, its record serves as well.
            guard error.code == .tagExists else { throw error }
        }
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await base.giveBack(tail, of: tag)
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
