import Frond
import Synchronization

/// The counter of tickets of one database.
///
/// One draw at a time, for all tags: they share the counter, and only so is it certain that numbers which do not grow
/// mean that it went back.
final class TicketDatabase: Sendable {
    /// The most numbers that one statement draws.
    private static let largestDraw = 1024
    /// How often a draw that the server undid is made again.
    private static let maximumTries = 10

    private let pool: MySQLPool
    private let place: Int
    private let places: Int
    /// Whether to ask for each number, where the server can say them.
    private let asksForEach: Bool
    private let ledger: Mutex<TicketLedger>

    init(_ configuration: MySQLConfiguration, place: Int, places: Int, asksForEach: Bool = true) {
        var single = configuration
        single.poolSize = 1
        pool = MySQLPool(single) { isMariaDB in
            Statements.ticketSession(place: place, places: places, isMariaDB: isMariaDB)
        }
        self.place = place
        self.places = places
        self.asksForEach = asksForEach
        ledger = Mutex(TicketLedger(name: "\(configuration)", place: place, places: places))
    }

    func probe() async throws(FrondError) {
        try await pool.probe()
    }

    /// - Throws: as `CounterStore`.
    func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        // Few different statements, each prepared once.
        var size = Self.largestDraw
        while size > max(count, 1) { size /= 2 }
        let fitting = size
        return try await pool.run { [self] session throws(FrondError) in
            for _ in 0..<Self.maximumTries {
                let outcome = try session.transaction { () throws(FrondError) in
                    try drawOnce(tag, fitting, session)
                }
                switch outcome {
                case .drawn(let numbers): return runs(of: numbers)
                case .refused(let above): throw ledger.withLock { $0.wentBack(above: above) }
                case .noPlace:
                    let values: [MySQLValue] = [.integer(Int64(place)), .integer(Int64(places))]
                    _ = try session.write(Statements.insertTicketPlace, values)
                case .undone: continue
                }
            }
            throw FrondError(
                .storeUnavailable, "\(pool.configuration) undid a draw of tickets \(Self.maximumTries) times",
                retryAfter: .seconds(1))
        }
    }

    private enum Outcome {
        case drawn([Int64])
        /// The counter went back; the transaction says so to all servers.
        case refused(above: Int64)
        /// The database does not know its place yet.
        case noPlace
        /// The server undid it.
        case undone
    }

    /// One draw, with the database locked against those of other servers.
    private func drawOnce(_ tag: Tag, _ size: Int, _ session: MySQLSession) throws(FrondError) -> Outcome {
        guard let row = try session.read(Statements.lockTicketPlace).first else { return .noPlace }
        try checkPlace(row)
        let stored = try row.number("above", of: "the row of table frond_ticket_place", in: 0...(.max))
        if ledger.withLock({ $0.mustLook(stored: stored) }) {
            let next = try session.read(Statements.nextTicket).first?.integer("next") ?? 0
            let verdict = ledger.withLock { $0.looked(next: next, stored: stored) }
            if case .refused(let above) = verdict { return try refuse(above, stored: stored, session) }
            _ = try session.write(Statements.setTicketsAbove, [0])
        }
        guard let numbers = try numbers(of: tag, size, session) else { return .undone }
        let judged: Result<TicketLedger.Verdict, FrondError> = ledger.withLock { ledger in
            do throws(FrondError) {
                return .success(try ledger.drawn(numbers))
            } catch {
                return .failure(error)
            }
        }
        switch try judged.get() {
        case .fine: return .drawn(numbers)
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
            "database \(pool.configuration) gives out tickets as number \(found.0) of \(found.1), counted from 0, and is "
                + "number \(place) of \(places) in this server's list: list the same databases in the same order on all "
                + "servers; to change the list stop all of them, move every AUTO_INCREMENT of frond_ticket above the "
                + "highest ticket of all, and DELETE FROM frond_ticket_place in each",
            retryAfter: .seconds(5))
    }

    /// - Returns: nil where the server undid the draw.
    private func numbers(of tag: Tag, _ size: Int, _ session: MySQLSession) throws(FrondError) -> [Int64]? {
        let tags = [MySQLValue](repeating: .text(tag.name), count: size)
        let ticket = "a ticket of tag '\(tag)'"
        if asksForEach, try session.isMariaDB() {
            guard let result = try session.writeReturning(Statements.replaceTicketsReturning(size), tags) else {
                return nil
            }
            var numbers: [Int64] = []
            for row in result.rows { numbers.append(try row.number("id", of: ticket)) }
            return numbers
        }
        guard case .done = try session.write(Statements.replaceTickets(size), tags),
            let row = try session.read(Statements.drawnTickets, [.text(tag.name)]).first
        else { return nil }
        return Self.certain(
            first: try row.number("first", of: ticket), last: try row.number("last", of: ticket), count: Int64(size),
            stride: Int64(places))
    }

    /// The numbers that are ours for certain, where the first and the last of `count` are known.
    ///
    /// Where there is room for exactly as many between them, they are all of those; otherwise others may have had some.
    static func certain(first: Int64, last: Int64, count: Int64, stride: Int64) -> [Int64] {
        guard first < last else { return [last] }
        guard last - first == (count - 1) * stride else { return [first, last] }
        return Array(Swift.stride(from: first, through: last, by: Int64.Stride(stride)))
    }

    private func runs(of numbers: [Int64]) -> [NumberRun] {
        var runs: [NumberRun] = []
        for number in numbers {
            if let last = runs.last, number == last.first + last.count * last.stride {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(NumberRun(first: number, count: 1, stride: Int64(places)))
            }
        }
        return runs
    }
}
