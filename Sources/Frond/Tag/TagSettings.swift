/// What a new tag is created with.
public struct TagSettings: Hashable, Sendable {
    /// The least numbers that one reservation takes: 1 to ``TagRecord/largestStep``. Default 1000.
    public var step: Int64
    /// The first number: 0 or more. Default 1.
    public var startID: Int64
    /// The last number, at most ``TagRecord/largestValue``.
    public var maxValue: Int64
    /// Whether the tag begins again after `maxValue`. IDs then repeat by design, once a cycle.
    public var cycles: Bool
    public var description: String
    /// Which generators make the IDs, and how they are written.
    public var options: TagOptions

    public init(
        step: Int64 = 1000, startID: Int64 = 1, maxValue: Int64 = TagRecord.largestValue, cycles: Bool = false,
        description: String = "", options: TagOptions = TagOptions()
    ) {
        self.step = step
        self.startID = startID
        self.maxValue = maxValue
        self.cycles = cycles
        self.description = description
        self.options = options
    }

    /// The record of a tag that has given out nothing.
    /// - Throws: ``FrondError/Code/invalidArgument``, naming the setting, its value and its range.
    public func newRecord(_ tag: Tag, nowMilliseconds: Int64) throws(FrondError) -> TagRecord {
        let record = TagRecord(
            tag: tag, maxID: startID, step: step, startID: startID, maxValue: maxValue, cycles: cycles, cycle: 0,
            version: 0, description: description, options: options, updatedAtMilliseconds: nowMilliseconds)
        try record.checkSettings()
        return record
    }
}

/// A change of a tag's settings; what is nil stays as it is.
public struct TagChange: Hashable, Sendable {
    public var step: Int64?
    /// Moves the next number forward; never back, since the numbers below may have been given out.
    public var maxID: Int64?
    public var maxValue: Int64?
    public var cycles: Bool?
    public var description: String?
    /// All of them, in the place of all there are.
    public var options: TagOptions?
    /// Whether the texts of a tag that was used may change, so that a new one may be like one it had before.
    public var allowAlike: Bool

    public init(
        step: Int64? = nil, maxID: Int64? = nil, maxValue: Int64? = nil, cycles: Bool? = nil,
        description: String? = nil, options: TagOptions? = nil, allowAlike: Bool = false
    ) {
        self.step = step
        self.maxID = maxID
        self.maxValue = maxValue
        self.cycles = cycles
        self.description = description
        self.options = options
        self.allowAlike = allowAlike
    }
}

extension TagRecord {
    /// This record with a change applied.
    /// - Throws: ``FrondError/Code/invalidArgument``, naming the setting, its value and its range.
    public func applying(_ change: TagChange, nowMilliseconds: Int64) throws(FrondError) -> TagRecord {
        var successor = self
        if let next = change.maxID {
            guard next >= maxID else {
                throw FrondError(
                    .invalidArgument,
                    "max_id of tag '\(tag)' cannot go back from \(maxID) to \(next): "
                        + "the numbers between may have been given out")
            }
            successor.maxID = next
        }
        if change.cycles ?? cycles, let barrier, !isClosed {
            throw FrondError(
                .invalidArgument,
                "tag '\(tag)' cannot begin again while its numbers from \(barrier) on are being spread over databases: "
                    + "finish with 'frond tag stripe \(tag)'")
        }
        successor.step = change.step ?? step
        successor.maxValue = change.maxValue ?? maxValue
        successor.cycles = change.cycles ?? cycles
        successor.description = change.description ?? description
        successor.options = change.options ?? options
        successor.version &+= 1
        successor.forgetReservations()
        successor.updatedAtMilliseconds = nowMilliseconds
        try successor.checkSettings()
        try checkChange(to: successor, allowAlike: change.allowAlike)
        return successor
    }

    func checkSettings() throws(FrondError) {
        func require(_ condition: Bool, _ name: String, _ value: Int64, _ range: String) throws(FrondError) {
            guard condition else {
                throw FrondError(.invalidArgument, "\(name) \(value) of tag '\(tag)' is out of range: \(range)")
            }
        }
        try require((1...Self.largestStep).contains(step), "step", step, "1 to \(Self.largestStep)")
        try require(startID >= 0, "start", startID, "0 or more")
        try require(
            maxValue >= startID && maxValue <= Self.largestValue, "max", maxValue,
            "\(startID) (its start) to \(Self.largestValue)")
        // One past the last number is a tag that is used up; beyond that there is nothing to reserve.
        try require(
            maxID >= startID && maxID <= maxValue + 1, "max_id", maxID,
            "\(startID) (its start) to \(maxValue + 1), one past its max")
        guard description.unicodeScalars.count <= 256 else {
            throw FrondError(
                .invalidArgument,
                "the description of tag '\(tag)' has \(description.unicodeScalars.count) characters: 256 at most")
        }
        try checkOptions()
    }
}
