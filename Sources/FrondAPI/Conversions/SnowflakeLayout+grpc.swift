package import Frond

extension Frond_V1_GetLayoutResponse {
    package init(_ layout: SnowflakeLayout, datacenterID: Int64) {
        self.init()
        tickMilliseconds = layout.tickMilliseconds
        epochMilliseconds = layout.epochMilliseconds
        tickBits = Int32(layout.tickBits)
        datacenterBits = Int32(layout.datacenterBits)
        workerBits = Int32(layout.workerBits)
        sequenceBits = Int32(layout.sequenceBits)
        sequenceFirst = layout.order == .sequenceThenWorker
        datacenter = datacenterID
    }
}

extension SnowflakeLayout {
    /// - Throws: `invalidArgument` or `layoutExhausted` for a layout that cannot be used now.
    package init(_ layout: Frond_V1_GetLayoutResponse, nowMilliseconds: Int64) throws(FrondError) {
        self.init(
            unchecked: layout.tickMilliseconds, epochMilliseconds: layout.epochMilliseconds,
            tickBits: Int(layout.tickBits), datacenterBits: Int(layout.datacenterBits),
            workerBits: Int(layout.workerBits), sequenceBits: Int(layout.sequenceBits),
            order: layout.sequenceFirst ? .sequenceThenWorker : .workerThenSequence)
        try check(nowMilliseconds: nowMilliseconds)
    }
}
