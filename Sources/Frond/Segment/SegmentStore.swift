/// Where ranges of numbers are reserved: a database, a file, another server.
///
/// The port that every segment backend implements; `FrondTesting.SegmentStoreContract` checks an implementation.
/// A conforming type may be called by many tasks at the same time, and by many processes on the same data.
public protocol SegmentStore: Sendable {
    /// Reserves numbers of a tag, durably and exclusively, before it returns.
    ///
    /// Where the outcome is unknown (the reply was lost) it throws, and the numbers count as used: a gap.
    /// - Parameters:
    ///   - count: numbers wanted; the tag's step where nil or smaller. Fewer come only at the tag's `maxValue`.
    ///   - floor: how far the caller knows the tag to have been given out; nil where it knows nothing.
    /// - Throws: `unknownTag`, `exhausted`, `storeUnavailable`, `storeCorrupt`; `storeWentBack` where the record
    ///   stands below `floor`, and then nothing is reserved.
    func reserve(_ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?) async throws(FrondError) -> Segment

    /// Gives the unused tail of a segment back, unless anybody reserved of the tag or changed it since.
    /// - Parameter tail: a segment as reserved, its `first` moved up to the first number not used; or two that follow
    ///   each other as one, with the `end` and the version of the second.
    /// - Returns: whether it was taken back; if not, the numbers are a gap.
    func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool

    /// All tags, by name.
    func tags() async throws(FrondError) -> [TagRecord]

    /// One tag, or nil where there is none.
    func tag(_ tag: Tag) async throws(FrondError) -> TagRecord?

    /// - Throws: `tagExists`, or `invalidArgument` naming the setting.
    func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord

    /// - Throws: `unknownTag`, or `invalidArgument` naming the setting.
    func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord
}
