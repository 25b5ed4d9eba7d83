/// A change of a tag's settings; what is nil or empty stays as it is.
public struct TagChange: Hashable, Sendable {
    public var step: Int64?
    /// Moves the next number forward; never back, since the numbers below may have been issued.
    public var maxID: Int64?
    public var maxValue: Int64?
    public var cycles: Bool?
    public var description: String?
    /// The options that are set, each in the place of the present one.
    public var options: TagOptions
    /// The options that are no longer set.
    public var clearedOptions: Set<TagOptions.Name>
    /// The version of the settings by which the change was decided, ``TagSettings/version``: another is a conflict. Nil
    /// for any.
    public var ifVersion: Int64?
    /// Consents to another notation for a tag in use: a new text may equal one that it had before.
    public var allowRepeats: Bool
    /// Consents to a cycle for a tag in use: its numbers come again.
    public var allowCycle: Bool
    /// Consents to a next number in the last sixteenth of the tag's range: those before it are lost.
    public var allowEnd: Bool

    public init(
        step: Int64? = nil, maxID: Int64? = nil, maxValue: Int64? = nil, cycles: Bool? = nil,
        description: String? = nil, options: TagOptions = TagOptions(), clearedOptions: Set<TagOptions.Name> = [],
        ifVersion: Int64? = nil, allowRepeats: Bool = false, allowCycle: Bool = false, allowEnd: Bool = false
    ) {
        self.step = step
        self.maxID = maxID
        self.maxValue = maxValue
        self.cycles = cycles
        self.description = description
        self.options = options
        self.clearedOptions = clearedOptions
        self.ifVersion = ifVersion
        self.allowRepeats = allowRepeats
        self.allowCycle = allowCycle
        self.allowEnd = allowEnd
    }

    /// Retires a tag: from the change on it issues nothing.
    /// - Parameter ifVersion: as ``ifVersion``.
    public static func retirement(ifVersion: Int64? = nil) -> TagChange {
        TagChange(options: TagOptions(isRetired: true), ifVersion: ifVersion)
    }

    /// Brings a retired tag back. Its numbers go on where they were: the record was never removed.
    /// - Parameter ifVersion: as ``ifVersion``.
    public static func returning(ifVersion: Int64? = nil) -> TagChange {
        TagChange(clearedOptions: [.retired], ifVersion: ifVersion)
    }

    /// Sets all options to these: what is not among them is cleared, but for ``TagOptions/isRetired``: a caller that
    /// knows nothing of it brings no tag back.
    public mutating func replaceOptions(by options: TagOptions) {
        self.options = options
        clearedOptions = Set(TagOptions.Name.allCases).subtracting(options.names).subtracting([.retired])
    }

    /// Sets the options in which `wanted` differs from `present`, and leaves the others alone.
    public mutating func setOptions(from present: TagOptions, to wanted: TagOptions) {
        options = TagOptions()
        clearedOptions = []
        for name in TagOptions.Name.allCases where wanted.only(name) != present.only(name) {
            if wanted.names.contains(name) { options.set(name, from: wanted) } else { clearedOptions.insert(name) }
        }
    }

    /// True where nothing would change.
    public var isEmpty: Bool {
        step == nil && maxID == nil && maxValue == nil && cycles == nil && description == nil && !changesOptions
    }

    /// True where an option is set or cleared.
    public var changesOptions: Bool { options != TagOptions() || !clearedOptions.isEmpty }

    /// True where one of the settings that this change touches differs between the two: where it was decided by `old`,
    /// it would undo what `new` says.
    ///
    /// After a conflict a change that touches other settings may be made again with the new version.
    public func touchesDifference(between old: TagSettings, _ new: TagSettings) -> Bool {
        if step != nil, old.step != new.step { return true }
        if maxValue != nil, old.maxValue != new.maxValue { return true }
        if cycles != nil, old.cycles != new.cycles { return true }
        if description != nil, old.description != new.description { return true }
        let touched = options.names.union(clearedOptions)
        return touched.contains { old.options.only($0) != new.options.only($0) }
    }
}

extension TagRecord {
    /// This record with a change applied.
    /// - Throws: ``FrondError/Code/conflict`` where the settings have another version than the change was decided by;
    ///   ``FrondError/Code/tagRetired`` for a retired tag that the change does not bring back;
    ///   ``FrondError/Code/invalidArgument``, naming the setting, its value and its range, or the consent that is
    ///   missing.
    public func applying(_ change: TagChange, nowMilliseconds: Int64) throws(FrondError) -> TagRecord {
        if let version = change.ifVersion, version != settings.version {
            throw FrondError(
                .conflict,
                "the settings of tag '\(tag)' changed since they were read: look at them with 'frond tag show \(tag)' "
                    + "and decide again")
        }
        try checkRetired(change)
        try checkBarrier(change)
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
        successor.step = change.step ?? self.step
        successor.maxValue = change.maxValue ?? self.maxValue
        successor.cycles = change.cycles ?? self.cycles
        successor.description = change.description ?? self.description
        successor.options = self.options.applying(change.options, clearing: change.clearedOptions)
        successor.version &+= 1
        successor.lastReservation = nil
        successor.updatedAtMilliseconds = nowMilliseconds
        try successor.checkSettings()
        try checkConsent(to: change, successor)
        return successor
    }

    /// A retired tag stays as it is until it is brought back; retiring it again changes nothing.
    private func checkRetired(_ change: TagChange) throws(FrondError) {
        guard self.options.isRetired, !change.clearedOptions.contains(.retired) else { return }
        var rest = change
        rest.ifVersion = nil
        guard rest.isEmpty || rest == .retirement() else { throw .retired(tag) }
    }

    private func checkBarrier(_ change: TagChange) throws(FrondError) {
        guard change.cycles ?? self.cycles, let barrier, !isClosed else { return }
        throw FrondError(
            .invalidArgument,
            "tag '\(tag)' cannot begin again while its numbers from \(barrier) on are being spread over databases: "
                + "finish with 'frond tag stripe \(tag)'")
    }

    /// A change that repeats IDs, or ends the tag, needs a consent that names it.
    private func checkConsent(to change: TagChange, _ successor: TagRecord) throws(FrondError) {
        try checkRepeats(of: successor, isAllowed: change.allowRepeats)
        if successor.cycles, !self.cycles, mayBeUsed, !change.allowCycle {
            throw FrondError(
                .invalidArgument,
                "tag '\(tag)' is in use, and a cycle would issue its numbers again: create another tag, or consent "
                    + "with --allow-cycle (allow_cycle)")
        }
        if successor.maxID > maxID, successor.isNearEnd, !change.allowEnd {
            throw FrondError(
                .invalidArgument,
                "max_id \(successor.maxID) of tag '\(tag)' would leave \(successor.maxValue - successor.maxID + 1) "
                    + "numbers up to its last, \(successor.maxValue), and cannot be moved back: check the number, or "
                    + "consent with --allow-end (allow_end)")
        }
    }

    /// True where less than a sixteenth of the tag's range is left.
    private var isNearEnd: Bool {
        // Both fit: 0 <= startID <= maxValue < Int64.max, and max_id is at most one past it.
        let range = self.maxValue - self.startID + 1
        return self.maxValue - maxID + 1 < max(1, range / Self.shareDivisor)
    }
}
