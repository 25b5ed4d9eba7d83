/// A store that reserves ranges of numbers: a database, a file, another server.
///
/// The port that every segment backend implements; `FrondTesting.SegmentStoreContract` checks an implementation.
/// A conforming type may be called by many tasks at the same time, and by many processes on the same data. Every call
/// ends within a bound of the store's own, some seconds, by an answer or an error: a tag waits for the call under way.
public protocol SegmentStore: TagStore {
    /// Reserves numbers of a tag, durably and exclusively, before it returns.
    ///
    /// If the outcome is unknown (the reply was lost) it throws, and the numbers count as used: a gap.
    /// - Parameters:
    ///   - demand: the numbers needed and wanted; the tag's step if nil. Fewer than are wanted come if few are left;
    ///     fewer than are needed only at the end of a cycle.
    ///   - floor: the position up to which the caller knows the tag to be issued; nil if it knows of none.
    /// - Throws: `unknownTag`, `storeUnavailable`, `storeCorrupt`; `exhausted` if fewer numbers are left than are
    ///   needed; `storeWentBack` if the record stands below `floor`. Nothing is reserved then.
    func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment

    /// Gives the unused tail of a segment back, unless the tag was reserved from or changed since.
    /// - Parameter tail: a segment as reserved, with its secret, its `first` moved up to the first unused number; or
    ///   two adjacent segments, joined as one.
    /// - Returns: true if the store took the tail back; otherwise the numbers are a gap.
    func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool
}
