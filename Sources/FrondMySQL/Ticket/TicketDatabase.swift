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

    private struct State: Sendable {
        var ledger: TicketLedger
        /// Whether the database is known to have this place in the list.
        var isPlaced = false
    }

    private let pool: MySQLPool
    private let place: Int
    private let places: Int
    /// Whether to ask for each number, where the server can say them.
    private let asksForEach: Bool
    private let state: Mutex<State>

    init(_ configuration: MySQLConfiguration, place: Int, places: Int, asksForEach: Bool = true) {
        var single = configuration
        single.poolSize = 1
        pool = MySQLPool(single) { isMariaDB in
            Statements.ticketSession(place: place, places: places, isMariaDB: isMariaDB)
        }
        self.place = place
        self.places = places
        self.asksForEach = asksForEach
        state = Mutex(State(ledger: TicketLedger(name: "\(configuration)", place: place, places: places)))
    }

    func probe() async throws(FrondError) {
        try await pool.probe()
    }

    /// - Throws: as `CounterStore`.
    func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        try await pool.run { [self] session throws(FrondError) in
            try checkPlace(session)
            if state.withLock({ $0.ledger.begin() }) == .look {
                let next = try session.read(Statements.nextTicket).first?.integer("next") ?? 0
                try update { (state) throws(FrondError) in try state.ledger.looked(next: next) }
            }
            let numbers = try numbers(of: tag, count: count, session)
            try update { (state) throws(FrondError) in try state.ledger.drawn(numbers) }
            return runs(of: numbers)
        }
    }

    private func update(_ change: (inout State) throws(FrondError) -> Void) throws(FrondError) {
        let result: Result<Void, FrondError> = state.withLock { state in
            do throws(FrondError) {
                return .success(try change(&state))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Two servers that list the databases differently would give out the same numbers.
    private func checkPlace(_ session: MySQLSession) throws(FrondError) {
        guard !state.withLock(\.isPlaced) else { return }
        if try session.read(Statements.ticketPlace).isEmpty {
            _ = try session.write(Statements.insertTicketPlace, [.integer(Int64(place)), .integer(Int64(places))])
        }
        let row = try session.read(Statements.ticketPlace).first
        guard row?.integer("place") == Int64(place), row?.integer("places") == Int64(places) else {
            let found = "\(row?["place"].number ?? "none") of \(row?["places"].number ?? "none")"
            throw FrondError(
                .storeCorrupt,
                "database \(pool.configuration) gives out tickets as number \(found), counted from 0, and is number "
                    + "\(place) of \(places) in this server's list: list the same databases in the same order on all "
                    + "servers; to change the list stop all of them, move every AUTO_INCREMENT of frond_ticket above the "
                    + "highest ticket of all, and DELETE FROM frond_ticket_place in each",
                retryAfter: .seconds(5))
        }
        state.withLock { $0.isPlaced = true }
    }

    private func numbers(of tag: Tag, count: Int, _ session: MySQLSession) throws(FrondError) -> [Int64] {
        // Few different statements, each prepared once.
        var size = Self.largestDraw
        while size > max(count, 1) { size /= 2 }
        for _ in 0..<Self.maximumTries {
            if let numbers = try drawOnce(tag, size, session) { return numbers }
        }
        throw FrondError(
            .storeUnavailable, "\(pool.configuration) undid a draw of tickets \(Self.maximumTries) times",
            retryAfter: .seconds(1))
    }

    /// - Returns: nil where the server undid the draw.
    private func drawOnce(_ tag: Tag, _ size: Int, _ session: MySQLSession) throws(FrondError) -> [Int64]? {
        let tags = [MySQLValue](repeating: .text(tag.name), count: size)
        if asksForEach, try session.isMariaDB() {
            guard let result = try session.writeReturning(Statements.replaceTicketsReturning(size), tags) else {
                return nil
            }
            var numbers: [Int64] = []
            for row in result.rows { numbers.append(try row.number("id", of: "a ticket of tag '\(tag)'")) }
            return numbers
        }
        return try session.transaction { () throws(FrondError) in
            guard case .done = try session.write(Statements.replaceTickets(size), tags) else { throw undone }
            guard let row = try session.read(Statements.drawnTickets, [.text(tag.name)]).first else { throw undone }
            let first = try row.number("first", of: "a ticket of tag '\(tag)'")
            let last = try row.number("last", of: "a ticket of tag '\(tag)'")
            return Self.certain(first: first, last: last, count: Int64(size), stride: Int64(places))
        }
    }

    private var undone: FrondError {
        FrondError(.storeUnavailable, "\(pool.configuration) undid a draw of tickets", retryAfter: .seconds(1))
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

extension MySQLValue {
    fileprivate var number: String? {
        guard case .integer(let number) = self else { return nil }
        return "\(number)"
    }
}
