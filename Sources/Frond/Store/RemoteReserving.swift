/// A store that remembers positions of its own for this process, and can reserve without them.
///
/// For callers in other processes, see ``StoreView/reserveRemotely(_:atLeast:after:)``: their numbers may be given back
/// through another server, so a position of theirs that this process remembered would take a healthy store for one that
/// went back.
package protocol RemoteReserving: SegmentStore {
    /// Reserves as ``SegmentStore/reserve(_:atLeast:after:)`` does, and remembers nothing of it.
    func reserveRemotely(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment

    /// Gives back as ``SegmentStore/giveBack(_:of:)`` does, and leaves what is remembered as it is.
    func giveBackRemotely(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool
}
