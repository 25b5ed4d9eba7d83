extension TagRecord {
    /// The part of the numbers left that one reservation takes at most, unless a caller needs more: a sixteenth.
    ///
    /// So servers share a range that is small for the tag's step, and a crash loses little of it.
    package static let shareDivisor: Int64 = 16

    /// A reservation, and the record that must replace this one for it.
    ///
    /// The arithmetic of every backend: it reads a record, calls this, and writes the successor by compare-and-swap
    /// on `version` and `maxID`. Nothing is reserved before that write is durable.
    /// - Parameters:
    ///   - demand: the numbers needed and wanted; the record's step where nil. At most a ``shareDivisor``th of the
    ///     numbers left is reserved, or what is needed where that is more.
    ///   - floor: how far the caller knows this record to have been given out.
    ///   - least: the numbers must not be below it, for a caller that has numbers of other stripes; nil for any.
    ///   - secret: the segment's secret, never used before.
    /// - Throws: ``FrondError/Code/tagRetired``; ``FrondError/Code/exhausted`` past `maxValue`, or where fewer numbers
    ///   are left than are needed;
    ///   ``FrondError/Code/storeWentBack`` below `floor`; ``FrondError/Code/storeUnavailable`` at the ``barrier``;
    ///   ``FrondError/Code/storeCorrupt`` for a record that cannot be right, such as a step of 0.
    public func reserving(
        atLeast demand: SegmentDemand?, after floor: SegmentPosition?, notBelow least: SegmentPosition? = nil,
        secret: ReservationSecret = .random()
    ) throws(FrondError) -> (segment: Segment, successor: TagRecord) {
        try checkPlausible()
        if self.options.isRetired { throw .retired(tag) }
        try checkNotBack(behind: floor)
        let start = try nextStart(notBelow: least)
        if let barrier, start.next >= barrier { throw atBarrier }
        let taken = try size(of: demand ?? SegmentDemand(), from: start.next)
        var successor = self
        successor.cycle = start.cycle
        successor.maxID = start.next + (taken - 1) * stripe.count + 1
        successor.version &+= 1
        successor.lastReservation = TagReservation(first: start.next, secret: secret)
        // A caller that knows how far the tag is given out made the last reservation: no other came since.
        if (least ?? floor) == position, start.cycle == cycle, let last = lastReservation {
            successor.lastReservation?.previous = TagReservation.Previous(first: last.first, secret: last.secret)
        }
        let segment = Segment(
            first: start.next, end: successor.maxID, stride: stripe.count, step: self.step, cycle: start.cycle,
            version: successor.version, secret: secret)
        return (segment, successor)
    }

    /// The numbers that a reservation takes from `first` on.
    private func size(of demand: SegmentDemand, from first: Int64) throws(FrondError) -> Int64 {
        // first <= maxValue < Int64.max, and the barrier is above first: no line can overflow.
        let left = (self.maxValue - first) / stripe.count + 1
        // A tag that begins again never ends, but no request may get one of its numbers twice.
        let issuable = self.cycles ? (self.maxValue - self.startID) / stripe.count + 1 : left
        guard demand.needed <= issuable else { throw tooFew(left: issuable, needed: demand.needed) }
        let available = min(left, barrier.map { ($0 - 1 - first) / stripe.count + 1 } ?? left)
        guard self.cycles || demand.least <= available else { throw atBarrier }
        let share = max(1, left / Self.shareDivisor)
        return min(max(min(max(self.step, demand.size), share), demand.least), available, Self.largestStep)
    }

    /// The most numbers that the first reservation of the tag takes; nil where that is its step.
    package var firstShare: Int64? {
        let share = max(1, ((self.maxValue - self.startID) / stripe.count + 1) / Self.shareDivisor)
        return share < self.step ? share : nil
    }

    /// The most numbers that a caller elsewhere may know of beyond this record.
    ///
    /// One of several databases of a tag may be ahead of the others while it does not answer.
    static let furthestAhead: Int64 = 1 << 40

    /// Checks the position that a caller elsewhere states: numbers are reserved from there on, so a position made up
    /// could use the tag up.
    /// - Throws: `storeWentBack` for one that is beyond the record by more than ``furthestAhead`` or a
    ///   ``shareDivisor``th of the numbers left, or that is of another cycle than the present or the next one.
    package func checkStated(_ floor: SegmentPosition) throws(FrondError) {
        try checkPlausible()
        guard floor > position else { return }
        // Both fit: 0 <= startID <= maxID and startID <= maxValue.
        let (from, end) = floor.cycle == cycle ? (maxID, self.maxValue) : (self.startID, self.maxValue)
        let room = min(Self.furthestAhead, max(1, (end - from + 1) / Self.shareDivisor))
        let isNextCycle = self.cycles && cycle < .max && floor.cycle == cycle + 1
        guard floor.cycle == cycle || isNextCycle, floor.next <= from.addingReportingOverflow(room).partialValue else {
            throw FrondError(
                .storeWentBack,
                "the caller knows numbers of tag '\(tag)' up to \(floor.next) (cycle \(floor.cycle)), but the store "
                    + "stands at \(maxID) (cycle \(cycle)): if it went back, move it forward with "
                    + "'frond tag set \(tag) --max-id N', N above every number ever issued",
                retryAfter: .seconds(5))
        }
    }

    /// The position up to which the tag is given out.
    package var position: SegmentPosition { SegmentPosition(cycle: cycle, next: maxID) }

    /// The first number that can be reserved, in this cycle or the next.
    private func nextStart(notBelow least: SegmentPosition?) throws(FrondError) -> SegmentPosition {
        var start = max(position, least ?? position)
        if start.cycle > cycle, !self.cycles {
            throw FrondError(
                .storeCorrupt,
                "tag '\(tag)' has begun again in another database, and is to end in this one: set --cycle in both")
        }
        for _ in 0..<2 {
            if let first = ownNumber(from: max(start.next, self.startID)) {
                return SegmentPosition(cycle: start.cycle, next: first)
            }
            guard self.cycles, start.cycle < .max - 1 else { break }
            start = SegmentPosition(cycle: start.cycle + 1, next: self.startID)
        }
        throw FrondError(
            .exhausted,
            "tag '\(tag)' has issued its last number, \(self.maxValue): raise it with 'frond tag set \(tag) --max'")
    }

    /// The first number from here to `maxValue` that is of this stripe.
    private func ownNumber(from number: Int64) -> Int64? {
        let distance = ((stripe.index - number) % stripe.count + stripe.count) % stripe.count
        let (own, overflows) = number.addingReportingOverflow(distance)
        return overflows || own > self.maxValue ? nil : own
    }

    /// True while its first number is beyond the barrier: the tag is not created in all databases yet.
    package var isClosed: Bool { barrier == self.startID }

    private func tooFew(left: Int64, needed: Int64) -> FrondError {
        FrondError(
            .exhausted,
            "tag '\(tag)' has \(left) numbers left up to its last, \(self.maxValue), and \(needed) are needed: ask for "
                + "fewer, or raise the last with 'frond tag set \(tag) --max'")
    }

    private var atBarrier: FrondError {
        var error = FrondError(
            .storeUnavailable,
            isClosed
                ? "tag '\(tag)' is not created in all databases yet: create it again with 'frond tag create \(tag)'"
                : "the numbers of tag '\(tag)' are being spread over more databases: finish with 'frond tag stripe'",
            retryAfter: .seconds(1))
        error.scope = .tag
        return error
    }

    /// The record that takes the unused `tail` of a segment back; nil where another caller reserved since, where the
    /// tail begins below the last reservation (below the one before, where the same caller made both one after the
    /// other), or without the secret of these reservations.
    ///
    /// So a caller that names a wrong number can bring back no more than its own last two reservations.
    public func takingBack(_ tail: Segment) -> TagRecord? {
        guard version == tail.version, maxID == tail.end, cycle == tail.cycle, stripe.count == tail.stride,
            tail.first >= self.startID, tail.first < tail.end, ownNumber(from: tail.first) == tail.first,
            let secret = tail.secret, let expected = lastReservation?.secret(from: tail.first), secret == expected
        else { return nil }
        var successor = self
        successor.maxID = tail.first
        successor.version &+= 1
        successor.lastReservation = nil
        return successor
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
            if self.step < 1 || self.step > Self.largestStep {
                "step \(self.step) is not between 1 and \(Self.largestStep): set it with 'frond tag set \(tag) --step'"
            } else if self.startID < 0 {
                "start_id \(self.startID) is below 0"
            } else if cycle < 0 || cycle == .max {
                "cycle \(cycle) is not between 0 and \(Int64.max - 1)"
            } else if self.maxValue > Self.largestValue || self.maxValue < self.startID {
                "max_value \(self.maxValue) is not between start_id \(self.startID) and \(Self.largestValue)"
            } else if maxID < self.startID {
                "max_id \(maxID) is below start_id \(self.startID)"
            } else if !TagStripe.counts.contains(stripe.count) || !(0..<stripe.count).contains(stripe.index) {
                "stripe \(stripe.index) of \(stripe.count) does not exist: stripes are 1 to "
                    + "\(TagStripe.counts.upperBound), counted from 0"
            } else {
                nil
            }
        if let fault {
            throw FrondError(.storeCorrupt, "the record of tag '\(tag)' is invalid: \(fault)")
        }
    }
}
