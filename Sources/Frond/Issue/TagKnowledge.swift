/// The settings of a tag as this process last read them.
package struct TagKnowledge: Sendable {
    /// Nil for a name that is not a tag yet.
    package var record: TagRecord?
    /// True once the settings were read after this process had a number of the tag: from then on they stay.
    package var isConfirmed: Bool

    package init(record: TagRecord?, isConfirmed: Bool) {
        self.record = record
        self.isConfirmed = isConfirmed
    }

    package var options: TagOptions { record?.options ?? TagOptions() }

    /// True for a tag whose IDs are decimals of whichever generator a request names, and nothing else.
    package var isPlain: Bool { options == TagOptions() }

    /// The numbers that the tag's scramble maps to each other; nil where there is none. Another range is another map.
    var scrambledRange: ClosedRange<Int64>? {
        guard let record, record.options.scrambleKey != nil, record.startID <= record.maxValue else { return nil }
        return record.startID...record.maxValue
    }

    /// True where IDs written by these settings are what they would be by the others.
    func writesAlike(_ other: TagKnowledge) -> Bool {
        options == other.options && scrambledRange == other.scrambledRange
    }
}
