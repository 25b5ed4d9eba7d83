import Frond
import GRDB

extension Database {
    /// One tag, or nil where there is none.
    func record(_ tag: Tag) throws -> TagRecord? {
        let statement = try cachedStatement(sql: Statements.record)
        guard let row = try Row.fetchOne(statement, arguments: [tag.name]) else { return nil }
        return try TagRecord(row: row)
    }

    func existingRecord(_ tag: Tag) throws -> TagRecord {
        guard let record = try record(tag) else { throw FrondError.unknown(tag) }
        return record
    }

    /// Puts the successor in the place of `expected`, unless its version or `max_id` is another by now.
    ///
    /// It never is while an immediate transaction holds the write lock since before the read; that is why this is
    /// an error and not a reason to read again.
    func swap(_ expected: TagRecord, for successor: TagRecord) throws {
        var arguments = successor.arguments
        arguments["expected_version"] = expected.version
        arguments["expected_max_id"] = expected.maxID
        try cachedStatement(sql: Statements.swap).execute(arguments: StatementArguments(arguments))
        guard changesCount == 1 else {
            throw FrondError(
                .storeUnavailable, "the record of tag '\(successor.tag)' changed between its read and its write",
                retryAfter: .seconds(1))
        }
    }
}
