/// A store that makes the record of a period the first time numbers of it are asked for, from the tag's own record.
///
/// Nothing is ever reset: a period that a slow clock comes back to goes on where it was.
public struct PeriodStore: SegmentStore {
    private let base: any SegmentStore

    public init(_ base: any SegmentStore) {
        self.base = base
    }

    public func reserve(
        _ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        do {
            return try await base.reserve(tag, atLeast: count, after: floor)
        } catch  where error.code == .unknownTag && floor == nil {
            // With a floor the record was there before and is gone: making it anew would begin at 1 again.
            guard let owner = tag.periodTag else { throw error }
            try await create(tag, of: owner)
            return try await base.reserve(tag, atLeast: count, after: floor)
        }
    }

    private func create(_ period: Tag, of owner: Tag) async throws(FrondError) {
        guard let record = try await base.tag(owner) else { throw FrondError.unknown(owner) }
        do {
            _ = try await base.create(period, record.settingsOfPeriod)
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

extension TagRecord {
    /// What the record of each of the tag's periods is made with.
    package var settingsOfPeriod: TagSettings {
        TagSettings(step: step, startID: startID, maxValue: maxValue, description: "a period of \(tag)")
    }
}
