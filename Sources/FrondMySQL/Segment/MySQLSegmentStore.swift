public import Frond
public import Logging

/// Segments reserved in a table of MariaDB or MySQL, which may be the `leaf_alloc` of servers of Leaf that still run.
///
/// A reservation reads the row and replaces it by compare-and-swap on `version` and `max_id`; where others came first it
/// is tried again, a bounded number of times. A change whose reply was lost is not repeated: the numbers are a gap.
public final class MySQLSegmentStore: SegmentStore {
    let database: SegmentDatabase
    private let time: any TimeSource

    /// Makes no connection yet: see ``check()``.
    /// - Parameters:
    ///   - time: where the moment of a change is taken from.
    ///   - logger: gets lines at debug level; silent by default.
    public init(_ configuration: MySQLConfiguration, time: any TimeSource = SystemTimeSource(), logger: Logger? = nil) {
        self.time = time
        database = SegmentDatabase(
            pool: MySQLPool(configuration, time: time), time: time,
            logger: logger ?? Logger(label: "frond.mysql") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Asks the database for all that reservations need, at the start of a process: that it is there, lets us in, has
    /// the table with its columns, and may be written.
    /// - Throws: `storeUnavailable`, naming the cure.
    public func check() async throws(FrondError) {
        try await database.check()
    }

    // MARK: The port

    public func reserve(
        _ tag: Tag, atLeast count: Int64?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        try await database.reserve(tag, atLeast: count, after: floor)
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await database.giveBack(tail, of: tag)
    }

    /// All tags, by name; rows that somebody edited by hand and made unreadable are left out and logged.
    public func tags() async throws(FrondError) -> [TagRecord] {
        try await database.tags()
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        try await database.tag(tag)
    }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        let record = try settings.newRecord(tag, nowMilliseconds: time.wallMilliseconds)
        try await database.create(record)
        return record
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await database.change(tag, change)
    }
}
