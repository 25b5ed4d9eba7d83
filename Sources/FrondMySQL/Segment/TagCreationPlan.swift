import Frond

/// Makes a tag in several databases: decides the next step from the rows there are, and does nothing else.
///
/// Servers whose lists are in different orders would make two rows of the same part of the numbers. So rows are made
/// *closed*, with a barrier at their first number, and are opened only once every database has its own: of two lists
/// that contradict each other at most one ever finds that. Each step depends on nothing but the rows: a process that
/// begins again after a crash, or at the same time, goes on with the same.
struct TagCreationPlan: Sendable {
    enum Step: Hashable, Sendable {
        case insert(TagRecord, place: Int)
        case open(TagRecord, for: TagRecord, place: Int)
        case finished
    }

    private let wanted: TagRecord
    private let places: Int

    /// - Parameters:
    ///   - wanted: the record of a tag that has given out nothing.
    ///   - places: how many databases are listed.
    init(_ wanted: TagRecord, places: Int) {
        var wanted = wanted
        wanted.stripe.count = Int64(places)
        wanted.barrier = wanted.startID
        self.wanted = wanted
        self.places = places
    }

    /// - Parameter rows: that of each database in the list, nil where there is none.
    /// - Throws: `tagExists` where a tag is there that this cannot have made, or where one of its rows is gone.
    func next(_ rows: [TagRecord?]) throws(FrondError) -> Step {
        for (place, row) in rows.enumerated() {
            guard let row, row.stripe.count != wanted.stripe.count || row.stripe.index != Int64(place) else { continue }
            throw FrondError.exists(wanted.tag)
        }
        guard let missing = rows.firstIndex(of: nil) else {
            // The first row last: the process that opens that one has made the tag, and no other.
            guard let place = rows.lastIndex(where: { $0?.isClosed == true }), let row = rows[place] else {
                return .finished
            }
            return .open(opened(row), for: row, place: place)
        }
        // Beside a row that is open, one that is gone may have given out numbers.
        guard rows.allSatisfy({ $0 == nil || $0.map(isMeant) == true }) else { throw FrondError.exists(wanted.tag) }
        return .insert(closed(missing), place: missing)
    }

    private func closed(_ place: Int) -> TagRecord {
        var record = wanted
        record.stripe.index = Int64(place)
        return record
    }

    private func opened(_ row: TagRecord) -> TagRecord {
        var row = row
        row.barrier = nil
        row.version &+= 1
        return row
    }

    /// True if a row was made with the same settings, and is not open.
    private func isMeant(_ row: TagRecord) -> Bool {
        var other = closed(Int(row.stripe.index))
        other.updatedAtMilliseconds = row.updatedAtMilliseconds
        return row == other
    }
}
