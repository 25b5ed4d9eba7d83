public import Frond

/// Spreads tags over more databases while servers go on giving out their numbers.
///
/// Servers that list the old databases alone go on correctly, before and afterwards, since each row says what it gives
/// out; they use the new ones once they are started with the new list. May be broken off at any moment and run again,
/// and by several at the same time. Not for a tag that servers of Leaf allocate from: they know nothing of it.
public struct MySQLTagStriping: Sendable {
    /// More steps than any spread takes, others who change the rows meanwhile included.
    private static let mostSteps = 100_000

    private let databases: [SegmentDatabase]
    private let time: any TimeSource

    /// - Parameter configurations: all databases, the old ones first and in their order.
    public init(_ configurations: [MySQLConfiguration], time: any TimeSource = SystemTimeSource()) {
        databases = MySQLSegmentStore(primaries: configurations, time: time).databases
        self.time = time
    }

    /// Spreads a tag over all databases of the list; all must answer.
    /// - Returns: its record in each.
    /// - Throws: `unknownTag`; `invalidArgument` for a tag or a list that it cannot be done with; `exhausted` where too
    ///   few numbers are left; `storeCorrupt` for rows that cannot be right; `storeUnavailable`, and then another run
    ///   goes on.
    public func spread(_ tag: Tag) async throws(FrondError) -> [TagRecord] {
        try await spread(tag, atMost: Self.mostSteps)
    }

    /// - Parameter limit: breaks off after so many steps.
    func spread(_ tag: Tag, atMost limit: Int) async throws(FrondError) -> [TagRecord] {
        let plan = TagStripePlan(tag: tag, places: databases.count)
        for _ in 0..<limit {
            let rows = try await self.rows(of: tag)
            let step: TagStripePlan.Step
            do throws(FrondError) {
                step = try plan.next(rows)
            } catch  where error.code == .storeCorrupt {
                // They were read one after another: what looks impossible may have changed in between.
                guard try await self.rows(of: tag) == rows else { continue }
                throw error
            }
            switch step {
            case .finished: return rows.compactMap { $0?.record }
            case .insert(let record, let place): try await insert(record, databases[place])
            case .swap(let row, let successor, let place): try await swap(row, for: successor, databases[place])
            }
        }
        throw FrondError(
            .storeUnavailable, "tag '\(tag)' is not spread yet after \(limit) steps: run it again",
            retryAfter: .seconds(1))
    }

    private func rows(of tag: Tag) async throws(FrondError) -> [TagSpreadRow?] {
        var rows: [TagSpreadRow?] = []
        for database in databases {
            rows.append(
                try await database.pool.run { session throws(FrondError) in
                    guard let row = try session.read(Statements.record, [.text(tag.name)]).first else { return nil }
                    return TagSpreadRow(record: try TagRecord(row: row), spreadsTo: row.integer("spreads_to"))
                })
        }
        return rows
    }

    private func insert(_ record: TagRecord, _ database: SegmentDatabase) async throws(FrondError) {
        do throws(FrondError) {
            var record = record
            record.updatedAtMilliseconds = time.wallMilliseconds
            try await database.create(record)
        } catch  where error.code == .tagExists {
            // Another run was first.
        }
    }

    /// If another process came first nothing is changed, and the next look at the rows shows it.
    private func swap(
        _ row: TagSpreadRow, for successor: TagSpreadRow, _ database: SegmentDatabase
    ) async throws(FrondError) {
        let record = successor.record
        let arguments: [MySQLValue] = [
            .integer(record.maxID), .integer(record.version), .integer(record.stripe.count),
            .integer(record.stripe.index),
            MySQLValue(record.barrier), MySQLValue(successor.spreadsTo),
            .integer(time.wallMilliseconds), .text(record.tag.name), .integer(row.record.version),
            .integer(row.record.maxID),
        ]
        _ = try await database.pool.run { session throws(FrondError) in
            try session.write(Statements.swapSpread, arguments)
        }
    }
}
