import Frond

/// One row of a tag, with how its numbers are spread.
struct TagSpreadRow: Hashable, Sendable {
    var record: TagRecord
    /// Over how many databases the numbers will be spread; nil while that is not under way.
    var spreadsTo: Int64?
}

/// Spreads the numbers of a tag over more databases: decides the next step from the rows there are, and does nothing
/// else.
///
/// Rows cannot be changed together, as they are in different databases. So first every old row gets the same *barrier*,
/// which no reservation by its old rule passes; only then are rows given the new rule, from the barrier on. The first
/// row holds the barrier and the aim until all else is done. Each step is a compare-and-swap and depends on nothing but
/// the rows: a process that begins again after a crash, or at the same time, goes on with the same barrier.
struct TagStripePlan: Sendable {
    enum Step: Hashable, Sendable {
        case insert(TagRecord, place: Int)
        case swap(TagSpreadRow, for: TagSpreadRow, place: Int)
        case finished
    }

    let tag: Tag
    /// The number of listed databases.
    let places: Int
    /// The numbers that remain below the barrier, so that servers go on meanwhile.
    var room: Int64 = 1_000_000
    private var aim: Int64 { Int64(places) }

    /// - Parameter rows: that of each database in the list, nil where there is none.
    /// - Throws: `unknownTag`; `invalidArgument` for a list or a tag that this cannot be done with; `storeCorrupt` for
    ///   rows that cannot have come about so.
    func next(_ rows: [TagSpreadRow?]) throws(FrondError) -> Step {
        guard let first = rows.first ?? nil else {
            guard rows.contains(where: { $0 != nil }) else { throw FrondError.unknown(tag) }
            throw wrongList(place: 0, "has no row of it")
        }
        let old = first.record.stripe.count
        guard old != aim else {
            try check(rows, through: aim, old: aim)
            return .finished
        }
        try checkFirst(first.record)
        try check(rows, through: old, old: old)
        guard let barrier = first.record.barrier else {
            return .swap(first, for: barred(first, at: try barrier(above: rows)), place: 0)
        }
        guard first.spreadsTo == aim else { throw otherAim(first) }
        let olds = rows.prefix(Int(old)).enumerated()
        for case (let place, let row?) in olds where row.record.stripe.count == old && row.record.barrier == nil {
            return .swap(row, for: barred(row, at: barrier), place: place)
        }
        for case (_, let row?) in olds where row.record.stripe.count == old {
            guard row.record.barrier == barrier, row.spreadsTo == aim else { throw otherAim(row) }
        }
        // Old rows beyond the barrier, if any, can reserve no more: what they gave out is below this as well.
        let start = rows.compactMap { $0?.record.maxID }.reduce(barrier, max)
        for place in rows.indices.reversed() {
            guard let row = rows[place] else { return .insert(inserted(first.record, start, place), place: place) }
            guard row.record.stripe.count != aim else { continue }
            return .swap(row, for: converted(row, start, place), place: place)
        }
        return .finished
    }

    // MARK: Rows

    private func barred(_ row: TagSpreadRow, at barrier: Int64) -> TagSpreadRow {
        var row = row
        row.record.barrier = barrier
        row.record.version &+= 1
        row.spreadsTo = aim
        return row
    }

    private func converted(_ row: TagSpreadRow, _ start: Int64, _ place: Int) -> TagSpreadRow {
        var record = inserted(row.record, start, place)
        record.version = row.record.version &+ 1
        return TagSpreadRow(record: record, spreadsTo: nil)
    }

    private func inserted(_ model: TagRecord, _ start: Int64, _ place: Int) -> TagRecord {
        var record = model
        record.maxID = start
        record.version = 0
        record.stripe.count = aim
        record.stripe.index = Int64(place)
        record.barrier = nil
        record.lastReservation = nil
        return record
    }

    /// Above all that was reserved, with room for what is reserved meanwhile.
    private func barrier(above rows: [TagSpreadRow?]) throws(FrondError) -> Int64 {
        let records = rows.compactMap { $0?.record }
        let top = records.map(\.maxID).max() ?? 0
        let last = records.map(\.maxValue).min() ?? TagRecord.largestValue
        guard top <= last - aim else {
            throw FrondError(
                .exhausted, "tag '\(tag)' has given out nearly all its numbers: raise its max before it is spread")
        }
        return top + min(room, (last - top) / 2)
    }

    // MARK: What cannot be

    private func checkFirst(_ record: TagRecord) throws(FrondError) {
        guard record.stripe.count < aim else {
            throw FrondError(
                .invalidArgument,
                "tag '\(tag)' is spread over \(record.stripe.count) databases already, and only \(places) are listed: "
                    + "list all of them")
        }
        guard !record.cycles else {
            throw FrondError(
                .invalidArgument,
                "tag '\(tag)' begins again after its last number: it cannot be spread while its numbers are in use")
        }
        guard aim <= 1024 else { throw FrondError(.invalidArgument, "\(places) databases are too many: 1024 at most") }
    }

    /// Each of the first `count` databases has its row, by the old rule or the new; what else there is follows the new.
    private func check(_ rows: [TagSpreadRow?], through count: Int64, old: Int64) throws(FrondError) {
        let begun = rows.first.flatMap { $0?.record.barrier } != nil
        for (place, row) in rows.enumerated() {
            guard let record = row?.record else {
                guard place >= count else { throw wrongList(place: place, "has no row of it") }
                continue
            }
            guard record.stripe.index == Int64(place) else {
                throw wrongList(place: place, "gives out stripe \(record.stripe.index) of it")
            }
            let isNew = record.stripe.count == aim && (begun || old == aim)
            guard isNew || (place < count && record.stripe.count == old) else {
                throw wrongList(
                    place: place,
                    "spreads it over \(record.stripe.count), which is a tag of its own or an old state of this one")
            }
        }
    }

    private func wrongList(place: Int, _ fault: String) -> FrondError {
        FrondError(
            .storeCorrupt,
            "tag '\(tag)' cannot be spread: database number \(place) of the list, counted from 0, \(fault): list the "
                + "databases that have it first, in their order, then new ones without it")
    }

    private func otherAim(_ row: TagSpreadRow) -> FrondError {
        FrondError(
            .invalidArgument,
            "tag '\(tag)' is being spread over \(row.spreadsTo ?? 0) databases already: finish that first, with those")
    }
}
