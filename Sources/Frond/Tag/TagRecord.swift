/// One tag as the store keeps it: what was reserved so far, and its settings.
public struct TagRecord: Hashable, Sendable {
    /// The largest number a tag can give out.
    public static let largestValue = Int64.max - 1
    /// The largest step, and the most numbers that one reservation takes.
    public static let largestStep: Int64 = 1_000_000_000_000
    /// Over how many databases the numbers of a tag can be spread.
    static let strides: ClosedRange<Int64> = 1...1024

    public var tag: Tag
    /// The next number that was never reserved (Leaf's `max_id`).
    public var maxID: Int64
    /// The least numbers that one reservation takes.
    public var step: Int64
    /// The first number of the tag, and of each cycle.
    public var startID: Int64
    /// The last number the tag may give out.
    public var maxValue: Int64
    /// Whether the tag begins again at ``startID`` after ``maxValue``; otherwise it ends with an error.
    public var cycles: Bool
    /// How often the tag has begun again.
    public var cycle: Int64
    /// Grows with every change of the record: half of what a reservation compares, ``maxID`` being the other.
    public var version: Int64
    public var description: String
    /// Which generators make the IDs, and how they are written.
    public var options: TagOptions
    /// When the record last changed: milliseconds since 1970-01-01T00:00:00Z, by the clock of whoever changed it.
    public var updatedAtMilliseconds: Int64
    /// Over how many databases the tag's numbers are spread, each with a record of its own: 1 to 1024.
    public var stripes: Int64
    /// Which of them this record's are: the numbers ≡ `stripe` modulo `stripes`. 0 to `stripes` − 1.
    public var stripe: Int64
    /// No number from here on is reserved, while the numbers are being spread over more databases, or while the tag is
    /// being made in several; nil at other times.
    public var barrier: Int64?
    /// The first number of the last reservation, below which no tail of it can begin; nil where the record was last
    /// changed by anything else, and then no tail is taken back.
    public var lastFirst: Int64?
    /// The first number of the reservation before, where whoever made the last one made that too and the two are one
    /// range; else nil.
    public var previousFirst: Int64?

    public init(
        tag: Tag, maxID: Int64, step: Int64, startID: Int64, maxValue: Int64, cycles: Bool, cycle: Int64,
        version: Int64, description: String, options: TagOptions = TagOptions(), updatedAtMilliseconds: Int64,
        stripes: Int64 = 1, stripe: Int64 = 0, barrier: Int64? = nil, lastFirst: Int64? = nil,
        previousFirst: Int64? = nil
    ) {
        self.tag = tag
        self.maxID = maxID
        self.step = step
        self.startID = startID
        self.maxValue = maxValue
        self.cycles = cycles
        self.cycle = cycle
        self.version = version
        self.description = description
        self.options = options
        self.updatedAtMilliseconds = updatedAtMilliseconds
        self.stripes = stripes
        self.stripe = stripe
        self.barrier = barrier
        self.lastFirst = lastFirst
        self.previousFirst = previousFirst
    }
}
