import Frond
import Logging

/// The tags of one database: reads, and compares and swaps.
struct SegmentDatabase: Sendable {
    /// The most tries of a change while other processes come first.
    static let maximumTries = 20
    /// From this try on the row is locked between its read and its swap: a process that waits for a lock gets it in
    /// turn, and no crowd of others can come first for ever.
    static let firstLockingTry = 8
    /// The wait after the first try that came too late; grows with each, up to ``longestPause``.
    private static let firstPause = Duration.milliseconds(1)
    private static let longestPause = Duration.milliseconds(50)

    let pool: MySQLPool
    /// The position of the database in this server's list, from 0, and the length of the list.
    let place: Int
    let places: Int
    let time: any TimeSource
    let secrets: @Sendable () -> ReservationSecret
    let logger: Logger

    init(
        _ configuration: MySQLConfiguration, place: Int, places: Int, time: any TimeSource,
        secrets: @escaping @Sendable () -> ReservationSecret, logger: Logger
    ) {
        pool = MySQLPool(
            configuration, time: time, statements: .init(writeProof: Statements.segmentProof))
        self.place = place
        self.places = places
        self.time = time
        self.secrets = secrets
        self.logger = logger
    }

    /// Tries until the record stood still between its read and its swap.
    /// - Parameter attempt: reads the record, and swaps it; nil if another process came first.
    func contending<Value: Sendable>(
        for tag: Tag, _ attempt: @escaping @Sendable (MySQLSession) throws(FrondError) -> Value?
    ) async throws(FrondError) -> Value {
        var pause = Self.firstPause
        for number in 0..<Self.maximumTries {
            let value = try await pool.run { session throws(FrondError) in
                guard number >= Self.firstLockingTry else { return try attempt(session) }
                return try session.transaction { () throws(FrondError) in
                    _ = try session.read(Statements.lockRecord, [.text(tag.name)])
                    return try attempt(session)
                }
            }
            if let value { return value }
            guard !Task.isCancelled else { throw FrondError(.cancelled, "the request for tag '\(tag)' was cancelled") }
            await time.sleep(until: time.monotonic + pause * Double.random(in: 0...1))
            pause = min(pause * 1.5, Self.longestPause)
        }
        var error = FrondError(
            .storeUnavailable,
            "tag '\(tag)' in database \(pool.configuration) was changed by others \(Self.maximumTries) times in a row: "
                + "raise its step with 'frond tag set \(tag) --step'",
            retryAfter: .seconds(1))
        error.scope = .tag
        throw error
    }

    /// - Parameters:
    ///   - floor: how far this record is known to have been given out.
    ///   - least: the numbers must not be below it.
    func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?,
        notBelow least: SegmentPosition? = nil
    ) async throws(FrondError) -> Segment {
        try await contending(for: tag) { session throws(FrondError) in
            let record = try session.existingRecord(tag)
            try checkPlace(of: record)
            var (segment, successor) = try record.reserving(
                atLeast: demand, after: floor, notBelow: least, secret: secrets())
            successor.updatedAtMilliseconds = time.wallMilliseconds
            return try session.swap(record, for: successor) ? segment : nil
        }
    }

    func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        try await pool.run { session throws(FrondError) in
            guard let record = try session.record(tag), var successor = record.takingBack(tail) else { return false }
            successor.updatedAtMilliseconds = time.wallMilliseconds
            // If another process came first the tail is not ours to give.
            return try session.swap(record, for: successor)
        }
    }

    func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        try await pool.run { session throws(FrondError) in try session.record(tag) }
    }

    func tags() async throws(FrondError) -> [TagRecord] {
        // The server's order is that of its collation.
        try await list(Statements.records).sorted { $0.tag.name < $1.tag.name }
    }

    /// Lists the rows that changed within `age`.
    func changedTags(within age: Duration) async throws(FrondError) -> [TagRecord] {
        // Rounded up, and one more: the database dates changes by whole seconds.
        let seconds = min(max(0, age.components.seconds), Self.longestAge) + 2
        return try await list(Statements.changedRecords, [.integer(seconds)])
    }

    /// The longest age that a database compares with, in seconds: a hundred years.
    private static let longestAge: Int64 = 3_153_600_000

    private func list(_ statement: String, _ values: [MySQLValue] = []) async throws(FrondError) -> [TagRecord] {
        let rows = try await pool.run { session throws(FrondError) in try session.read(statement, values) }
        var records: [TagRecord] = []
        for row in rows {
            do throws(FrondError) {
                records.append(try TagRecord(row: row))
            } catch {
                logger.debug("tag not listed", metadata: LogKey.metadata([.error: error.message]))
            }
        }
        return records
    }

    func unservedRows() async throws(FrondError) -> [UnservedRow] {
        let rows = try await pool.run { session throws(FrondError) in try session.read(Statements.records) }
        return rows.compactMap { row in
            let name = row.text("biz_tag") ?? ""
            if let unserved = UnservedRow(name: name, table: "leaf_alloc", column: "biz_tag") { return unserved }
            do throws(FrondError) {
                _ = try TagRecord(row: row)
                return nil
            } catch {
                return UnservedRow(name: name, reason: error.message)
            }
        }
    }

    func create(_ record: TagRecord) async throws(FrondError) {
        _ = try await contending(for: record.tag) { session throws(FrondError) -> Bool? in
            // Read first: it tells a connection that broke from one that works before anything is changed.
            guard try session.record(record.tag) == nil else { throw FrondError.exists(record.tag) }
            switch try session.write(Statements.insert, record.arguments) {
            case .done: return true
            case .duplicateKey: throw FrondError.exists(record.tag)
            case .deadlock: return nil
            }
        }
    }

    /// - Returns: whether the record stood still.
    func swap(_ record: TagRecord, for successor: TagRecord) async throws(FrondError) -> Bool {
        try await pool.run { session throws(FrondError) in try session.swap(record, for: successor) }
    }

    func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        try await contending(for: tag) { session throws(FrondError) in
            let record = try session.existingRecord(tag)
            let successor = try record.applying(change, nowMilliseconds: time.wallMilliseconds)
            return try session.swap(record, for: successor) ? successor : nil
        }
    }

    /// Checks that the rows of several databases say that the numbers are spread over them, and each its own part:
    /// otherwise two of them would give out the same.
    private func checkPlace(of record: TagRecord) throws(FrondError) {
        guard places > 1, record.stripe.index != Int64(place) || record.stripe.count < Int64(places) else { return }
        throw FrondError(
            .storeCorrupt,
            "tag '\(record.tag)' is stripe \(record.stripe.index) of \(record.stripe.count) in database "
                + "\(pool.configuration), which is "
                + "number \(place) of \(places) in this server's list, counted from 0: list the databases in the same "
                + "order on all servers, or spread the tag over them with 'frond tag stripe \(record.tag)'",
            retryAfter: .seconds(5))
    }

    /// Reads, and writes nothing: fails where a reservation would.
    func check() async throws(FrondError) {
        try await pool.run { session throws(FrondError) in
            _ = try session.read(Statements.record, [""])
            _ = try session.write(Statements.writeCheck, ["", 0, 0])
        }
    }
}
