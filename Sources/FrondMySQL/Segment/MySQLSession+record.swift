import Frond

extension MySQLSession {
    /// One tag, or nil where there is none.
    /// - Throws: `storeCorrupt` also for a row of another name that the database takes for this one, such as 'pay '.
    func record(_ tag: Tag) throws(FrondError) -> TagRecord? {
        guard let row = try read(Statements.record, [.text(tag.name)]).first else { return nil }
        let name = row.text("biz_tag") ?? ""
        guard name == tag.name || name.utf8.elementsEqual(tag.name.utf8) else {
            let unserved =
                UnservedRow(name: name, table: "leaf_alloc", column: "biz_tag")
                ?? UnservedRow(
                    name: name, reason: "the database takes both names for one: give the column a binary collation")
            throw unserved.error(of: tag)
        }
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
