public import Frond
public import Logging

/// Tickets: the auto-increment of one or several MariaDB or MySQL databases, as Flickr runs it.
///
/// Each draw is a `REPLACE` of the tag's one row, and a second that moves the counter up where more than one number is
/// wanted, with the database locked against other draws: only Frond may write its tables. The numbers of all tags come
/// from one counter a database, so those of one tag have gaps. With n databases the one at place i of the list gives
/// out the numbers ≡ i + 1 modulo n; any may be down. Numbers of one database grow; those of several are not in order.
///
/// The list is the same, in the same order, on all servers; each database remembers its place, and where one
/// contradicts a server's list that server draws from none. The first use of a list needs all of its databases. To
/// change the list, as when a database is added, no rule can hold for the old list and the new at the same time: stop
/// all servers, find the highest ticket of all (`SELECT MAX(id) FROM frond_ticket` in each), move every counter above
/// it (`ALTER TABLE frond_ticket AUTO_INCREMENT = N`), `DELETE FROM frond_ticket_place` in each, and start the servers
/// with the new list. Segments can be spread over more databases without a stop.
///
/// A counter that went back, as after a dump was restored, is recognised by the first number that a server had before;
/// the database is told, and no server draws from it any more until it was moved above all that they know. Servers that
/// were started afterwards know nothing of before: whenever a dump was restored, move the counter up first.
public final class MySQLTicketStore: CounterStore {
    private let primaries: Primaries<TicketDatabase>
    private let agreement: TicketAgreement

    /// Makes no connection yet: see ``check()``.
    /// - Parameters:
    ///   - configurations: the databases, in the order in which all servers list them; 1 or more. Each is used over one
    ///     connection, one draw at a time.
    ///   - logger: gets lines at debug level, and at error level where a counter went back; silent by default.
    public init(
        _ configurations: [MySQLConfiguration], time: any TimeSource = SystemTimeSource(), logger: Logger? = nil
    ) {
        precondition(!configurations.isEmpty, "tickets come from one database at least")
        let databases = configurations.enumerated().map { place, configuration in
            TicketDatabase(configuration, place: place, places: configurations.count)
        }
        agreement = TicketAgreement(databases)
        primaries = Primaries(
            databases, time: time, logger: logger ?? .silent)
    }

    /// Any tag may be drawn of: its row is made by its first draw.
    public func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        guard count >= 1 else { throw FrondError(.invalidArgument, "\(count) tickets cannot be drawn: 1 or more") }
        try await agreement.reach()
        return try await primaries.first { (_, database) throws(FrondError) in
            do throws(FrondError) {
                return try await database.draw(tag, count: count)
            } catch {
                agreement.failed(error)
                throw error
            }
        }
    }

    /// Returns once one of the databases has answered.
    public func check() async throws(FrondError) {
        try await primaries.first { (_, database) throws(FrondError) in try await database.probe() }
    }
}
