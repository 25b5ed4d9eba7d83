import Frond

extension MySQLSession {
    /// One tag, or nil where there is none.
    func record(_ tag: Tag) throws(FrondError) -> TagRecord? {
        guard let row = try read(Statements.record, [.text(tag.name)]).first else { return nil }
        return try TagRecord(row: row)
    }

    func existingRecord(_ tag: Tag) throws(FrondError) -> TagRecord {
        guard let record = try record(tag) else { throw FrondError.unknown(tag) }
        return record
    }

    /// Puts the successor in the place of `expected`.
    /// - Returns: false where its version or `max_id` is another by now, and nothing was changed.
    func swap(_ expected: TagRecord, for successor: TagRecord) throws(FrondError) -> Bool {
        let arguments = successor.arguments + [.integer(expected.version), .integer(expected.maxID)]
        return try write(Statements.swap, arguments) == .done(rows: 1)
    }
}
