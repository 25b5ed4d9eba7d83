extension TagRecord {
    /// What a reservation of at least `count` numbers would be, and the record that must replace this one for it.
    ///
    /// The arithmetic of every backend: it reads a record, calls this, and writes the successor by compare-and-swap
    /// on `version` and `maxID`. Nothing is reserved before that write is durable.
    /// - Parameters:
    ///   - count: numbers wanted, up to ``largestStep``; the record's `step` where nil or smaller. Fewer are given only
    ///     where `maxValue` comes first.
    ///   - floor: how far the caller knows the tag to have been given out.
    /// - Throws: ``FrondError/Code/exhausted`` past `maxValue`; ``FrondError/Code/storeWentBack`` below `floor`;
    ///   ``FrondError/Code/storeCorrupt`` for a record that cannot be right, such as a step of 0.
    public func reserving(
        atLeast count: Int64?, after floor: SegmentPosition?
    ) throws(FrondError) -> (segment: Segment, successor: TagRecord) {
        try checkPlausible()
        try checkNotBack(behind: floor)
        var successor = self
        if maxID > maxValue {
            guard cycles else {
                throw FrondError(
                    .exhausted,
                    "tag '\(tag)' has given out its last number, \(maxValue): raise it with 'frond tag set \(tag) --max'"
                )
            }
            successor.maxID = startID
            successor.cycle += 1
        }
        let first = successor.maxID
        // Both are at least 1, and maxValue is below Int64.max, so neither line can overflow.
        let available = maxValue - first + 1
        let taken = min(max(step, count ?? step), available, Self.largestStep)
        successor.maxID = first + taken
        successor.version &+= 1
        let segment = Segment(
            first: first, end: first + taken, step: step, cycle: successor.cycle, version: successor.version)
        return (segment, successor)
    }

    /// The record that takes the unused `tail` of a segment back, or nil where somebody reserved since.
    public func takingBack(_ tail: Segment) -> TagRecord? {
        guard version == tail.version, maxID == tail.end, cycle == tail.cycle, startID <= tail.first,
            tail.first < tail.end
        else { return nil }
        var successor = self
        successor.maxID = tail.first
        successor.version &+= 1
        return successor
    }

    private func checkNotBack(behind floor: SegmentPosition?) throws(FrondError) {
        guard let floor, SegmentPosition(cycle: cycle, next: maxID) < floor else { return }
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
            } else {
                nil
            }
        if let fault {
            throw FrondError(.storeCorrupt, "the record of tag '\(tag)' cannot be right: \(fault)")
        }
    }
}
