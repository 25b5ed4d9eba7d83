public import Frond
public import Logging
import Synchronization

/// Segments reserved in a table of MariaDB or MySQL, which may be the `leaf_alloc` of servers of Leaf that still run.
///
/// A reservation reads the row and replaces it by compare-and-swap on `version` and `max_id`; where others came first
/// it is tried again, a bounded number of times. A change whose reply was lost is not repeated: the numbers are a gap.
///
/// Several databases may be listed, each a primary of its own. The numbers of a tag are then spread over them, the one
/// at place i of n giving out those ≡ i modulo n as its row says, and any of them may be down: a reservation goes to
/// the next that answers. IDs of one tag from one server keep growing all the same. To create or change a tag all must
/// answer. To add a database to the list see ``MySQLTagSpread``.
public final class MySQLSegmentStore: SegmentStore {
    let primaries: Primaries<SegmentDatabase>
    let time: any TimeSource
    let logger: Logger
    private let floors = Mutex(SegmentFloors())

    /// Makes no connection yet: see ``check()``.
    /// - Parameters:
    ///   - time: the clock for the time of a change.
    ///   - secrets: makes the secret of each reservation; from the system's random numbers by default.
    ///   - logger: gets lines at debug level; silent by default.
    public convenience init(
        _ configuration: MySQLConfiguration, time: any TimeSource = SystemTimeSource(),
        secrets: @escaping @Sendable () -> ReservationSecret = ReservationSecret.random, logger: Logger? = nil
    ) {
        self.init(primaries: [configuration], time: time, secrets: secrets, logger: logger)
    }

    /// - Parameters:
    ///   - configurations: the databases, 1 or more, in the same order on all servers.
    ///   - time: the clock for the time of a change.
    ///   - secrets: makes the secret of each reservation; from the system's random numbers by default.
    ///   - logger: gets lines at debug level, and at error level where a database cannot be used; silent by default.
    public init(
        primaries configurations: [MySQLConfiguration], time: any TimeSource = SystemTimeSource(),
        secrets: @escaping @Sendable () -> ReservationSecret = ReservationSecret.random, logger: Logger? = nil
    ) {
        precondition(!configurations.isEmpty, "a store has one database at least")
        let logger = logger ?? Logger(label: "frond.mysql") { _ in SwiftLogNoOpLogHandler() }
        self.time = time
        self.logger = logger
        primaries = Primaries(
            configurations.enumerated().map { place, configuration in
                SegmentDatabase(
                    configuration, place: place, places: configurations.count, time: time, secrets: secrets,
                    logger: logger)
            },
            time: time, logger: logger)
    }

    var databases: [SegmentDatabase] { primaries.databases }

    /// Asks for all that reservations need, at the start of a process: that a database is there, lets us in, has the
    /// table with its columns, and may be written. Where several are listed one must be so; what is wrong with the
    /// others is logged.
    /// - Throws: `storeUnavailable`, naming the cure.
    public func check() async throws(FrondError) {
        var failures: [FrondError] = []
        for database in databases {
            do throws(FrondError) {
                try await database.check()
            } catch {
                failures.append(error)
            }
        }
        guard failures.count < databases.count else { throw failures[0] }
        for failure in failures {
            logger.error("a database cannot be used", metadata: LogKey.metadata([.error: failure.message]))
        }
    }

    // MARK: Reserving

    public func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        guard databases.count > 1 else { return try await databases[0].reserve(tag, atLeast: demand, after: floor) }
        return try await primaries.first { (place, database) throws(FrondError) in
            let own = floors.withLock { $0.position(of: tag, in: place) }
            let segment = try await database.reserve(tag, atLeast: demand, after: own, notBelow: floor)
            floors.withLock { $0.reserved(segment, of: tag, from: place) }
            return segment
        }
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        guard databases.count > 1 else { return try await databases[0].giveBack(tail, of: tag) }
        // The numbers themselves say which database they are of.
        guard tail.stride > 0, tail.first >= 0, tail.first % tail.stride < databases.count else { return false }
        let place = Int(tail.first % tail.stride)
        floors.withLock { $0.givingBack(tail, of: tag, to: place) }
        return try await databases[place].giveBack(tail, of: tag)
    }
}
