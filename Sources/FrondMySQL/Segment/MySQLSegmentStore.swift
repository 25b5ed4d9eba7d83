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
/// answer. To add a database to the list see ``MySQLTagStriping``.
public final class MySQLSegmentStore: SegmentStore, RemoteReserving {
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
        let logger = logger ?? .silent
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
        return try await reserve(tag, atLeast: demand, notBelow: floor, isRemembered: true)
    }

    package func reserveRemotely(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        guard databases.count > 1 else { return try await databases[0].reserve(tag, atLeast: demand, after: floor) }
        return try await reserve(tag, atLeast: demand, notBelow: floor, isRemembered: false)
    }

    private func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, notBelow floor: SegmentPosition?,
        isRemembered: Bool
    ) async throws(FrondError) -> Segment {
        try await primaries.first { (index, database) throws(FrondError) in
            while true {
                let own = floors.withLock { $0.position(of: tag, in: index) }
                do throws(FrondError) {
                    let segment = try await database.reserve(tag, atLeast: demand, after: own, notBelow: floor)
                    if isRemembered { floors.withLock { $0.reserved(segment, of: tag, from: index) } }
                    return segment
                } catch {
                    // Numbers that this process gave back meanwhile: the database went back with good reason.
                    guard error.code == .storeWentBack, let own,
                        let now = floors.withLock({ $0.position(of: tag, in: index) }), now < own
                    else { throw error }
                }
            }
        }
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        guard let index = index(of: tail) else { return false }
        let isLowered = floors.withLock { $0.givingBack(tail, of: tag, to: index) }
        // An unknown outcome leaves the position low: the tail may have been taken.
        let isTakenBack = try await databases[index].giveBack(tail, of: tag)
        if isLowered, !isTakenBack { floors.withLock { $0.restore(tail, of: tag, to: index) } }
        return isTakenBack
    }

    package func giveBackRemotely(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        guard let index = index(of: tail) else { return false }
        return try await databases[index].giveBack(tail, of: tag)
    }

    /// The index of the database that numbers are of: they say it themselves.
    private func index(of tail: Segment) -> Int? {
        guard databases.count > 1 else { return 0 }
        guard tail.stride > 0, tail.first >= 0, tail.first % tail.stride < databases.count else { return nil }
        return Int(tail.first % tail.stride)
    }
}
