import Frond

/// What this server knows of one database's counter of tickets: decides whether numbers may be given out.
///
/// A counter that went back (a restored dump) gives numbers again. Drawing from it moves it up by itself, into numbers
/// that other servers have had: so once it went back nothing is drawn, and the counter is looked at alone, until somebody
/// has moved it above all that this server knows.
///
/// A pure state machine, for one draw at a time.
struct TicketLedger: Sendable {
    enum Step: Hashable, Sendable {
        case draw
        /// Read the counter without moving it, and say so with ``TicketLedger/looked(next:)``.
        case look
    }

    /// What people call the database.
    let name: String
    /// The numbers of this database are those ≡ `place` + 1 modulo `places`.
    let place: Int64
    let places: Int64
    /// The highest number this server ever drew.
    private var highest: Int64 = 0
    private var wentBack = false

    init(name: String, place: Int, places: Int) {
        self.name = name
        self.place = Int64(place)
        self.places = Int64(places)
    }

    func begin() -> Step { wentBack ? .look : .draw }

    /// The counter would give `next` now.
    /// - Throws: `storeWentBack` where it was not moved up.
    mutating func looked(next: Int64) throws(FrondError) {
        guard next > highest else { throw error }
        wentBack = false
    }

    /// These numbers were drawn, in order; they may be given out where this does not throw.
    /// - Throws: `storeWentBack`; `storeCorrupt` for numbers that are another database's, or that do not grow.
    mutating func drawn(_ numbers: [Int64]) throws(FrondError) {
        let before = highest
        highest = max(highest, numbers.max() ?? 0)
        if let strange = numbers.first(where: { $0 < 1 || ($0 - place - 1) % places != 0 }) {
            throw FrondError(
                .storeCorrupt,
                "\(name) gave ticket \(strange), which is not \(place + 1) modulo \(places): it does not heed "
                    + "auto_increment_increment and auto_increment_offset of a session (Galera: set "
                    + "wsrep_auto_increment_control = OFF)",
                retryAfter: .seconds(5))
        }
        guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw FrondError(
                .storeCorrupt, "\(name) gave tickets that do not grow: \(numbers.prefix(8))", retryAfter: .seconds(5))
        }
        guard let first = numbers.first, first > before else {
            wentBack = true
            throw error
        }
    }

    private var error: FrondError {
        FrondError(
            .storeWentBack,
            "the counter of tickets of \(name) went back: this server has had tickets up to \(highest), and others may "
                + "have had more: ALTER TABLE frond_ticket AUTO_INCREMENT = N there, N above every ticket ever given out "
                + "on all servers",
            retryAfter: .seconds(5))
    }
}
