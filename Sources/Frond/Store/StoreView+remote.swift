/// Reservations for callers in other processes.
///
/// Such a caller keeps its own floor and may give numbers back through another server, so the view does not remember
/// its reservations: it would take a store that another server lowered with good reason for one that went back.
extension StoreView {
    /// Reserves numbers for a caller in another process.
    /// - Throws: as ``SegmentStore/reserve(_:atLeast:after:)``; `storeWentBack` also below the floor of this process.
    package func reserveRemotely(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        let before = self.floor(of: tag)
        let segment = try await asking { () throws(FrondError) in
            let segment = try await reserveOrCreate(
                tag, known: [floor, before].compactMap(\.self).max()
            ) { [base] () throws(FrondError) in
                guard let base = base as? any RemoteReserving else {
                    return try await base.reserve(tag, atLeast: demand, after: floor)
                }
                return try await base.reserveRemotely(tag, atLeast: demand, after: floor)
            }
            if let promise = SegmentPromise.broken(by: segment, after: floor) {
                throw promise.refusal(of: segment, tag, after: floor)
            }
            return segment
        }
        // Lowered meanwhile by numbers that this process gave back, or raised by others that it reserved.
        let own = [before, self.floor(of: tag)].compactMap(\.self).min()
        guard let own, before != nil, segment.start < own else { return segment }
        throw FrondError(
            .storeWentBack,
            "the store went back: it reserved \(segment.first) (cycle \(segment.cycle)) for tag '\(tag)', but this "
                + "server was given numbers below \(own.next) (cycle \(own.cycle)): move it forward with "
                + "'frond tag set \(tag) --max-id N', N above every number ever given out",
            retryAfter: .seconds(5))
    }

    /// Gives the tail of a segment back that a caller in another process reserved, through this server or another one.
    /// - Returns: false also for numbers below the floor of this process, which are not that caller's.
    package func giveBackRemotely(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        guard floor(of: tag).map({ tail.start >= $0 }) ?? true else { return false }
        return try await asking { [base] () throws(FrondError) in
            guard let base = base as? any RemoteReserving else { return try await base.giveBack(tail, of: tag) }
            return try await base.giveBackRemotely(tail, of: tag)
        }
    }
}
