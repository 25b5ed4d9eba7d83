/// The division of the bits of a snowflake ID: time, datacenter, worker and sequence.
///
/// Time counts in *ticks* of a fixed length from an *epoch*. The widths add up to 63 bits at most, so that an ID is
/// positive in an `Int64`. After Twitter's Snowflake of 2010.
public struct SnowflakeLayout: Hashable, Sendable {
    /// The order of the fields, from the highest bit to the lowest.
    public enum Order: String, Hashable, Sendable, CaseIterable {
        /// Twitter's, Leaf's and Baidu's: `tick | datacenter | worker | sequence`.
        case workerThenSequence = "worker-sequence"
        /// Sonyflake's: `tick | sequence | datacenter | worker`.
        ///
        /// The lowest bits are the worker's here: `id % 2` is the same for all IDs of one worker ID.
        case sequenceThenWorker = "sequence-worker"
    }

    /// The length of a tick: whole milliseconds, 1 ms to 1 day.
    public let tickMilliseconds: Int64
    /// The start of tick 0: milliseconds since 1970-01-01T00:00:00Z.
    public let epochMilliseconds: Int64
    /// 1 to 63.
    public let tickBits: Int
    /// 0 to 31; 0 for none.
    public let datacenterBits: Int
    /// 0 to 31; 0 for a single worker.
    public let workerBits: Int
    /// 0 to 31; 0 for one ID a tick.
    public let sequenceBits: Int
    public let order: Order

    /// For layouts that are known to be right, or are checked next.
    package init(
        unchecked tickMilliseconds: Int64, epochMilliseconds: Int64, tickBits: Int, datacenterBits: Int,
        workerBits: Int, sequenceBits: Int, order: Order = .workerThenSequence
    ) {
        self.tickMilliseconds = tickMilliseconds
        self.epochMilliseconds = epochMilliseconds
        self.tickBits = tickBits
        self.datacenterBits = datacenterBits
        self.workerBits = workerBits
        self.sequenceBits = sequenceBits
        self.order = order
    }

    /// The bits of an ID that are used.
    public var totalBits: Int { tickBits + datacenterBits + workerBits + sequenceBits }

    /// The worker IDs there are: from 0.
    public var workerIDs: Range<Int64> { 0..<(1 << Int64(workerBits)) }

    /// The datacenter IDs there are: from 0.
    public var datacenterIDs: Range<Int64> { 0..<(1 << Int64(datacenterBits)) }

    /// The sequence numbers of a tick: from 0.
    public var sequences: Range<Int64> { 0..<(1 << Int64(sequenceBits)) }

    /// The number of IDs that one worker ID gives a second, over time.
    public var idsPerSecond: Double { Double(sequences.upperBound) * 1000 / Double(tickMilliseconds) }

    /// The first tick that is never issued.
    ///
    /// The very last tick of a layout is kept back: one past the last number then always fits its bits.
    package var endTick: Int64 { (1 << Int64(tickBits)) &- 1 }
}

// MARK: Fields of an ID

extension SnowflakeLayout {
    /// The parts of an ID.
    public struct Parts: Hashable, Sendable {
        /// Ticks since the epoch.
        public var tick: Int64
        public var datacenterID: Int64
        public var workerID: Int64
        public var sequence: Int64

        public init(tick: Int64, datacenterID: Int64 = 0, workerID: Int64, sequence: Int64) {
            self.tick = tick
            self.datacenterID = datacenterID
            self.workerID = workerID
            self.sequence = sequence
        }
    }

    /// The ID of some parts; the inverse of ``decode(_:)``.
    /// - Throws: `invalidArgument`, naming the part, its value and its range.
    public func compose(_ parts: Parts) throws(FrondError) -> Int64 {
        try check(parts.tick, "tick", 0..<(endTick &+ 1))
        try check(parts.datacenterID, "datacenter ID", datacenterIDs)
        try check(parts.workerID, "worker ID", workerIDs)
        try check(parts.sequence, "sequence", sequences)
        let word = parts.tick << Int64(sequenceBits) | parts.sequence
        return compose(
            word: word, identity: identity(datacenterID: parts.datacenterID, workerID: parts.workerID))
    }

    /// The parts of an ID.
    /// - Parameter id: 0 to 2^``totalBits`` − 1.
    /// - Throws: `invalidArgument` for an ID that this layout cannot have made.
    public func decode(_ id: Int64) throws(FrondError) -> Parts {
        guard id >= 0, totalBits == 63 || id >> Int64(totalBits) == 0 else {
            let largest = Int64.max >> Int64(63 - totalBits)
            throw FrondError(
                .invalidArgument, "\(id) is not an ID of this layout (\(self)): 0 to \(largest)")
        }
        func field(_ shift: Int, _ bits: Int) -> Int64 { id >> Int64(shift) & ((1 << Int64(bits)) &- 1) }
        return Parts(
            tick: id >> Int64(tickShift), datacenterID: field(workerShift + workerBits, datacenterBits),
            workerID: field(workerShift, workerBits), sequence: field(sequenceShift, sequenceBits))
    }

    /// The start of a tick: milliseconds since 1970-01-01T00:00:00Z; `Int64.max` where it is beyond.
    public func milliseconds(ofTick tick: Int64) -> Int64 {
        let (product, overflows) = tick.multipliedReportingOverflow(by: tickMilliseconds)
        let (sum, overflowsToo) = product.addingReportingOverflow(epochMilliseconds)
        return overflows || overflowsToo ? .max : sum
    }

    /// The least ID of the tick that holds a moment, by any worker: rounded down, it is at or below every ID from then
    /// on.
    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    public func leastID(ofTickContainingMilliseconds milliseconds: Int64) -> Int64 {
        let tick = max(0, (milliseconds - epochMilliseconds) / tickMilliseconds)
        return compose(
            word: tick << Int64(sequenceBits), identity: identity(datacenterID: 0, workerID: workerIDs.lowerBound))
    }

    private func check(_ value: Int64, _ name: String, _ range: Range<Int64>) throws(FrondError) {
        guard range.contains(value) else {
            throw FrondError(
                .invalidArgument, "\(name) \(value) is out of range: 0 to \(range.upperBound - 1) (\(self))")
        }
    }

    private var tickShift: Int { datacenterBits + workerBits + sequenceBits }
    private var workerShift: Int { order == .workerThenSequence ? sequenceBits : 0 }
    private var sequenceShift: Int { order == .workerThenSequence ? 0 : datacenterBits + workerBits }

    /// By how much an ID grows with the sequence.
    var sequenceUnit: Int64 { 1 << Int64(sequenceShift) }

    /// The bits of an ID that stay the same for one worker.
    package func identity(datacenterID: Int64, workerID: Int64) -> Int64 {
        (datacenterID << Int64(workerBits) | workerID) << Int64(workerShift)
    }

    /// The ID of a word, `tick << sequenceBits | sequence`, and an identity. Larger words make larger IDs.
    @inline(__always)
    package func compose(word: Int64, identity: Int64) -> Int64 {
        let sequence = word & ((1 &<< Int64(truncatingIfNeeded: sequenceBits)) &- 1)
        let tick = word &>> Int64(truncatingIfNeeded: sequenceBits)
        return tick &<< Int64(truncatingIfNeeded: tickShift)
            | sequence &<< Int64(truncatingIfNeeded: sequenceShift) | identity
    }
}

extension SnowflakeLayout: CustomStringConvertible {
    public var description: String {
        "\(tickBits)/\(datacenterBits)+\(workerBits)/\(sequenceBits) bits, \(Duration.milliseconds(tickMilliseconds))"
            + " ticks since \(CalendarDate(milliseconds: epochMilliseconds))"
    }
}
