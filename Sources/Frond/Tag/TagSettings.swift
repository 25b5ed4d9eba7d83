/// The settings of a tag.
public struct TagSettings: Hashable, Sendable {
    /// The least numbers that one reservation takes, unless few are left: 1 to ``TagRecord/largestStep``. Default 1000.
    public var step: Int64
    /// The first number of the tag, and of each cycle: 0 or more.
    public var startID: Int64
    /// The last number, at most ``TagRecord/largestValue``.
    public var maxValue: Int64
    /// True for a tag that begins again at ``startID`` after ``maxValue``; otherwise it ends with an error. IDs of such
    /// a tag repeat by design, once a cycle.
    public var cycles: Bool
    /// A text for people: at most 256 characters.
    public var description: String
    /// The generators of the IDs, and their notation.
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

    /// The record of a tag that has issued nothing.
    /// - Throws: ``FrondError/Code/invalidArgument``, naming the setting, its value and its range.
    public func newRecord(_ tag: Tag, nowMilliseconds: Int64) throws(FrondError) -> TagRecord {
        let record = TagRecord(tag: tag, settings: self, maxID: startID, updatedAtMilliseconds: nowMilliseconds)
        try record.checkSettings()
        return record
    }

    /// The version of these settings: a change that was decided by one version does not apply to another.
    ///
    /// A fingerprint of all settings, so that a change by an earlier release, or by hand, is a new version too; numbers
    /// that are reserved are none. Equal on all machines; positive.
    public var version: Int64 {
        let text = "\(step) \(startID) \(maxValue) \(cycles) \(description.utf8.count) \(description)\n\(options.text)"
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return max(1, Int64(hash >> 1))
    }
}

extension TagRecord {
    func checkSettings() throws(FrondError) {
        func require(_ condition: Bool, _ name: String, _ value: Int64, _ range: String) throws(FrondError) {
            guard condition else {
                throw FrondError(.invalidArgument, "\(name) \(value) of tag '\(tag)' is out of range: \(range)")
            }
        }
        try require((1...Self.largestStep).contains(self.step), "step", self.step, "1 to \(Self.largestStep)")
        try require(self.startID >= 0, "start", self.startID, "0 or more")
        try require(
            self.maxValue >= self.startID && self.maxValue <= Self.largestValue, "max", self.maxValue,
            "\(self.startID) (its start) to \(Self.largestValue)")
        // One past the last number is a tag that is used up; beyond that there is nothing to reserve.
        try require(
            maxID >= self.startID && maxID <= self.maxValue + 1, "max_id", maxID,
            "\(self.startID) (its start) to \(self.maxValue + 1), one past its max")
        guard self.description.unicodeScalars.count <= 256 else {
            throw FrondError(
                .invalidArgument,
                "the description of tag '\(tag)' has \(self.description.unicodeScalars.count) characters: 256 at most")
        }
        try checkOptions()
    }
}
