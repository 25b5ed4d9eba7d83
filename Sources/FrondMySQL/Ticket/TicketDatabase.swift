import Frond
import Synchronization

/// The counter of tickets of one database.
///
/// One draw at a time, for all tags: they share the counter, and only so is it certain that numbers which do not grow
/// mean that it went back.
final class TicketDatabase: Sendable {
    /// The most numbers of one draw.
    private static let largestDraw: Int64 = 1_000_000
    /// The most times that a draw that the server undid is made again.
    private static let maximumTries = 10

    private let pool: MySQLPool
    private let place: Int
    private let places: Int
    private let ledger: Mutex<TicketLedger>

    init(_ configuration: MySQLConfiguration, place: Int, places: Int) {
        var single = configuration
        single.poolSize = 1
        let statements = MySQLConnector.Statements(
            settings: { Statements.ticketSession(place: place, places: places, isMariaDB: $0) },
            writeProof: Statements.ticketProof)
        pool = MySQLPool(single, statements: statements)
        self.place = place
        self.places = places
        ledger = Mutex(TicketLedger(name: "\(configuration)", place: place, places: places))
    }

    func probe() async throws(FrondError) {
        try await pool.probe()
    }

    /// True if the database has its position among the ticket databases.
    /// - Throws: `storeCorrupt` where it knows another; `storeUnavailable`.
    func knowsItsPlace() async throws(FrondError) -> Bool {
        try await pool.run { [self] session throws(FrondError) in
            guard let row = try session.read(Statements.ticketPlace).first else { return false }
            try checkPlace(row)
            return true
        }
    }

    var withoutPlace: FrondError {
        FrondError(
            .storeCorrupt,
            "database \(pool.configuration) has no position among the ticket databases: it gets one once all of the "
                + "list answer; restart the servers that ran when it lost it",
            retryAfter: .seconds(5))
    }

    /// Writes its position into a database that has none.
    func takePlace() async throws(FrondError) {
        try await pool.run { [self] session throws(FrondError) in
            _ = try session.write(Statements.insertTicketPlace, [.integer(Int64(place)), .integer(Int64(places))])
        }
    }

    /// - Throws: as `CounterStore`.
    func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        try await pool.run { [self] session throws(FrondError) in
            for _ in 0..<Self.maximumTries {
                let outcome = try session.transaction { () throws(FrondError) in
                    try drawOnce(tag, min(Int64(count), Self.largestDraw), session)
                }
                switch outcome {
                case .drawn(let run): return [run]
                case .refused(let above): throw ledger.withLock { $0.wentBack(above: above) }
                case .noPlace:
                    throw withoutPlace
                case .undone: continue
                }
            }
            throw FrondError(
                .storeUnavailable, "\(pool.configuration) undid a draw of tickets \(Self.maximumTries) times",
                retryAfter: .seconds(1))
        }
    }

    private enum Outcome {
        case drawn(NumberRun)
        /// The counter went back; the transaction says so to all servers.
        case refused(above: Int64)
        /// The database does not know its place yet.
        case noPlace
        /// The server undid it.
        case undone
    }

    /// One draw, with the database locked against those of other servers.
    private func drawOnce(_ tag: Tag, _ count: Int64, _ session: MySQLSession) throws(FrondError) -> Outcome {
        guard let row = try session.read(Statements.lockTicketPlace).first else { return .noPlace }
        try checkPlace(row)
        let stored = try row.number("above", of: "the row of table frond_ticket_place", in: 0...(.max))
        if ledger.withLock({ $0.mustLook(stored: stored) }) {
            let next = try session.read(Statements.nextTicket).first?.integer("next") ?? 0
            let verdict = ledger.withLock { $0.looked(next: next, stored: stored) }
            if case .refused(let above) = verdict { return try refuse(above, stored: stored, session) }
            _ = try session.write(Statements.setTicketsAbove, [0])
        }
        guard let run = try numbers(of: tag, count, session) else { return .undone }
        let judged: Result<TicketLedger.Verdict, FrondError> = ledger.withLock { ledger in
            do throws(FrondError) {
                return .success(try ledger.drawn(run))
            } catch {
                return .failure(error)
            }
        }
        switch try judged.get() {
        case .fine: return .drawn(run)
        case .refused(let above): return try refuse(above, stored: stored, session)
        }
    }

    private func refuse(_ above: Int64, stored: Int64, _ session: MySQLSession) throws(FrondError) -> Outcome {
        if above > stored { _ = try session.write(Statements.setTicketsAbove, [.integer(above)]) }
        return .refused(above: above)
    }

    /// Two servers that list the databases differently would give out the same numbers.
    private func checkPlace(_ row: MySQLRow) throws(FrondError) {
        let found = (row.integer("place") ?? -1, row.integer("places") ?? -1)
        guard found != (Int64(place), Int64(places)) else { return }
        throw FrondError(
            .storeCorrupt,
            "database \(pool.configuration) gives out tickets as number \(found.0) of \(found.1), counted from 0, and "
                + "is number \(place) of \(places) in this server's list: list the same databases in the same order "
                + "on all servers; to change the list stop all of them, move every AUTO_INCREMENT of frond_ticket "
                + "above the highest ticket of all, and DELETE FROM frond_ticket_place in each",
            retryAfter: .seconds(5))
    }

    /// The first number is the auto-increment's own. The last is put in its place, which moves the counter above it:
    /// with the database locked, those between are ours, and no row is written for each.
    /// - Returns: nil where the server undid the draw.
    private func numbers(of tag: Tag, _ count: Int64, _ session: MySQLSession) throws(FrondError) -> NumberRun? {
        guard let drawn = try session.insert(Statements.drawTicket, [.text(tag.name)]) else { return nil }
        let first = drawn.insertID
        let stride = Int64(places)
        // Fewer at the end of all numbers. Whether they are right is the ledger's business.
        let run = NumberRun(first: first, count: min(count, (.max - max(first, 1)) / stride + 1), stride: stride)
        guard run.count > 1 else { return run }
        let isMoved = try session.insert(Statements.moveTicket, [.integer(run[run.count - 1]), .text(tag.name)]) != nil
        return isMoved ? run : nil
    }
}
