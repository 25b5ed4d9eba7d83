extension TagRecord {
    /// What a reservation of at least `count` numbers would be, and the record that must replace this one for it.
    ///
    /// The arithmetic of every backend: it reads a record, calls this, and writes the successor by compare-and-swap
    /// on `version` and `maxID`. Nothing is reserved before that write is durable.
    /// - Parameters:
    ///   - count: numbers wanted, up to ``largestStep``; the record's `step` where nil or smaller. Fewer are given only
    ///     where `maxValue` comes first.
    ///   - floor: how far the caller knows this record to have been given out.
    ///   - least: the numbers must not be below it, for a caller that has numbers of other stripes; nil for any.
    /// - Throws: ``FrondError/Code/exhausted`` past `maxValue`; ``FrondError/Code/storeWentBack`` below `floor`;
    ///   ``FrondError/Code/storeUnavailable`` at the ``barrier``; ``FrondError/Code/storeCorrupt`` for a record that
    ///   cannot be right, such as a step of 0.
    public func reserving(
        atLeast count: Int64?, after floor: SegmentPosition?, notBelow least: SegmentPosition? = nil
    ) throws(FrondError) -> (segment: Segment, successor: TagRecord) {
        try checkPlausible()
        try checkNotBack(behind: floor)
        let start = try nextStart(notBelow: least)
        if let barrier, start.next >= barrier { throw atBarrier }
        let first = start.next
        let limit = min(maxValue, barrier.map { $0 - 1 } ?? maxValue)
        // first <= limit < Int64.max, so no line can overflow.
        let available = (limit - first) / stripes + 1
        let taken = min(max(step, count ?? step), available, Self.largestStep)
        var successor = self
        successor.cycle = start.cycle
        successor.maxID = first + (taken - 1) * stripes + 1
        successor.version &+= 1
        successor.lastFirst = first
        // Who knows how far the tag is given out made the last reservation: nobody else can have come since.
        let isNextOfSameCaller = (least ?? floor) == position && start.cycle == cycle
        successor.previousFirst = isNextOfSameCaller ? lastFirst : nil
        let segment = Segment(
            first: first, end: successor.maxID, stride: stripes, step: step, cycle: start.cycle,
            version: successor.version)
        return (segment, successor)
    }

    /// How far the tag is given out.
    private var position: SegmentPosition { SegmentPosition(cycle: cycle, next: maxID) }

    /// The first number that can be reserved, in this cycle or the next.
    private func nextStart(notBelow least: SegmentPosition?) throws(FrondError) -> SegmentPosition {
        var start = max(position, least ?? position)
        if start.cycle > cycle, !cycles {
            throw FrondError(
                .storeCorrupt,
                "tag '\(tag)' has begun again in another database, and is to end in this one: set --cycle in both")
        }
        for _ in 0..<2 {
            if let first = ownNumber(from: max(start.next, startID)) {
                return SegmentPosition(cycle: start.cycle, next: first)
            }
            guard cycles, start.cycle < .max - 1 else { break }
            start = SegmentPosition(cycle: start.cycle + 1, next: startID)
        }
        throw FrondError(
            .exhausted,
            "tag '\(tag)' has given out its last number, \(maxValue): raise it with 'frond tag set \(tag) --max'")
    }

    /// The first number from here to `maxValue` that is of this stripe.
    private func ownNumber(from number: Int64) -> Int64? {
        let (own, overflows) = number.addingReportingOverflow(((stripe - number) % stripes + stripes) % stripes)
        return overflows || own > maxValue ? nil : own
    }

    /// Whether its first number is beyond the barrier: it is not made in all databases yet.
    package var isClosed: Bool { barrier == startID }

    private var atBarrier: FrondError {
        var error = FrondError(
            .storeUnavailable,
            isClosed
                ? "tag '\(tag)' is not made in all databases yet: create it again with 'frond tag create \(tag)'"
                : "the numbers of tag '\(tag)' are being spread over more databases: finish with 'frond tag stripe'",
            retryAfter: .seconds(1))
        error.scope = .tag
        return error
    }

    /// The record that takes the unused `tail` of a segment back; nil where somebody reserved since, or where the tail
    /// begins below the last reservation: below the one before, where the same caller made both one after the other.
    ///
    /// So whoever names a wrong number can bring back no more than those two.
    public func takingBack(_ tail: Segment) -> TagRecord? {
        guard version == tail.version, maxID == tail.end, cycle == tail.cycle, stripes == tail.stride,
            let lowest = previousFirst ?? lastFirst, tail.first >= max(lowest, startID), tail.first < tail.end,
            ownNumber(from: tail.first) == tail.first
        else { return nil }
        var successor = self
        successor.maxID = tail.first
        successor.version &+= 1
        successor.forgetReservations()
        return successor
    }

    /// The record changes otherwise than by a reservation: nothing is taken back until the next one.
    mutating func forgetReservations() {
        lastFirst = nil
        previousFirst = nil
    }

    private func checkNotBack(behind floor: SegmentPosition?) throws(FrondError) {
        guard let floor, position < floor else { return }
        throw FrondError(
            .storeWentBack,
            "the store went back: it holds max_id \(maxID) (cycle \(cycle)) for tag '\(tag)', but this server was "
                + "given numbers below \(floor.next) (cycle \(floor.cycle)): move it forward with "
                + "'frond tag set \(tag) --max-id N', N above every number ever given out",
            retryAfter: .seconds(5))
    }

    private func checkPlausible() throws(FrondError) {
        let fault: String? =
            if step < 1 || step > Self.largestStep {
                "step \(step) is not between 1 and \(Self.largestStep): set it with 'frond tag set \(tag) --step'"
            } else if startID < 0 {
                "start_id \(startID) is below 0"
            } else if cycle < 0 || cycle == .max {
                "cycle \(cycle) is not between 0 and \(Int64.max - 1)"
            } else if maxValue > Self.largestValue || maxValue < startID {
                "max_value \(maxValue) is not between start_id \(startID) and \(Self.largestValue)"
            } else if maxID < startID {
                "max_id \(maxID) is below start_id \(startID)"
            } else if !Self.strides.contains(stripes) || !(0..<stripes).contains(stripe) {
                "stripe \(stripe) of \(stripes) is none: stripes are 1 to \(Self.strides.upperBound), counted from 0"
            } else {
                nil
            }
        if let fault {
            throw FrondError(.storeCorrupt, "the record of tag '\(tag)' cannot be right: \(fault)")
        }
    }
}
