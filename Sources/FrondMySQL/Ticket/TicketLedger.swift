import Frond

/// The state that this server knows of one database's counter of tickets: decides whether numbers may be given out.
///
/// A counter that went back (a restored dump) gives numbers again. Drawing from it moves it up by itself, into numbers
/// that other servers have had: so once that was seen nobody draws, and the counter is looked at alone, until somebody
/// has moved it above all that the servers know. The database keeps that bound, for all servers, as `above`.
///
/// A pure state machine, for one draw at a time.
struct TicketLedger: Sendable {
    enum Verdict: Hashable, Sendable {
        /// The counter may be drawn from; the numbers drawn may be given out.
        case fine
        /// Neither; the database is told that the counter must be moved above this number.
        case refused(above: Int64)
    }

    /// The name of the database, for people.
    let name: String
    /// The numbers of this database are those ≡ `place` + 1 modulo `places`.
    let place: Int64
    let places: Int64
    /// The highest number this server ever drew.
    private var highest: Int64 = 0
    /// The number that the counter must be above; 0 while nothing is known against it.
    private var above: Int64 = 0

    init(name: String, place: Int, places: Int) {
        self.name = name
        self.place = Int64(place)
        self.places = Int64(places)
    }

    /// Returns true if the counter must be looked at before a draw.
    /// - Parameter stored: the database's `above`.
    func mustLook(stored: Int64) -> Bool { max(above, stored) > 0 }

    /// The counter would give `next`.
    mutating func looked(next: Int64, stored: Int64) -> Verdict {
        let bound = max(above, stored, highest)
        above = next > bound ? 0 : bound
        return above == 0 ? .fine : .refused(above: bound)
    }

    /// These numbers were drawn.
    /// - Throws: `storeCorrupt` for numbers that are another database's.
    mutating func drawn(_ run: NumberRun) throws(FrondError) -> Verdict {
        guard run.first >= 1, (run.first - place - 1) % places == 0, run.stride == places else {
            throw FrondError(
                .storeCorrupt,
                "\(name) gave ticket \(run.first), which is not \(place + 1) modulo \(places): it does not heed "
                    + "auto_increment_increment and auto_increment_offset of a session (Galera: set "
                    + "wsrep_auto_increment_control = OFF)",
                retryAfter: .seconds(5))
        }
        let before = highest
        highest = max(highest, run[run.count - 1])
        guard run.first > before else {
            // Where the counter stands now is where this draw has left it, and not where somebody moved it.
            above = highest > Int64.max - places ? .max : highest + places
            return .refused(above: above)
        }
        return .fine
    }

    func wentBack(above bound: Int64) -> FrondError {
        FrondError(
            .storeWentBack,
            "the counter of tickets of \(name) went back: ALTER TABLE frond_ticket AUTO_INCREMENT = N there, N above "
                + "\(bound) and above every ticket ever given out on all servers",
            retryAfter: .seconds(5))
    }
}
