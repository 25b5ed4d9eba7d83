/// One tag as the store keeps it: its settings, and its progress.
///
/// The settings can be read as the record's own: `record.step` is `record.settings.step`.
@dynamicMemberLookup
public struct TagRecord: Hashable, Sendable {
    /// The largest number a tag can issue.
    public static let largestValue = Int64.max - 1
    /// The largest step, and the most numbers that one reservation takes.
    public static let largestStep: Int64 = 1_000_000_000_000

    public var tag: Tag
    public var settings: TagSettings
    /// The part of the tag's numbers that this record issues.
    public var stripe: TagStripe
    /// The next number that was never reserved (Leaf's `max_id`).
    public var maxID: Int64
    /// The number of times that the tag has begun again.
    public var cycle: Int64
    /// Grows with every change of the record: half of what a reservation compares, ``maxID`` being the other.
    public var version: Int64
    /// The time of the record's last change, by the clock of the process that made it: milliseconds since
    /// 1970-01-01T00:00:00Z.
    public var updatedAtMilliseconds: Int64
    /// The number from which on none is reserved, while the numbers are being spread over more databases or the tag is
    /// being created in several; nil at other times.
    public var barrier: Int64?
    /// The reservation that can be given back; nil where the record was last changed by anything else.
    public var lastReservation: TagReservation?

    public init(
        tag: Tag, settings: TagSettings, stripe: TagStripe = .whole, maxID: Int64, cycle: Int64 = 0, version: Int64 = 0,
        updatedAtMilliseconds: Int64 = 0, barrier: Int64? = nil, lastReservation: TagReservation? = nil
    ) {
        self.tag = tag
        self.settings = settings
        self.stripe = stripe
        self.maxID = maxID
        self.cycle = cycle
        self.version = version
        self.updatedAtMilliseconds = updatedAtMilliseconds
        self.barrier = barrier
        self.lastReservation = lastReservation
    }

    public subscript<Value>(dynamicMember setting: WritableKeyPath<TagSettings, Value>) -> Value {
        get { settings[keyPath: setting] }
        set { settings[keyPath: setting] = newValue }
    }
}
