import Frond

extension TagRecord {
    /// Leaf's statements know nothing of `updated_at` and move `update_time` alone. A difference below this is that of
    /// two clocks.
    private static let clockDifferenceMilliseconds: Int64 = 5_000

    /// Reads a row, which may have been edited by hand.
    /// - Throws: `storeCorrupt` naming the column where a value is missing or of the wrong type.
    init(row: MySQLRow) throws(FrondError) {
        let tag: Tag
        do {
            tag = try Tag(stored: row.text("biz_tag") ?? "")
        } catch {
            throw FrondError(.storeCorrupt, "a row of table leaf_alloc has no proper tag: \(error.message)")
        }
        self = try TagRecord(stored: row, of: tag)
        let record = Self.name(of: tag)
        let updatedAt = row.integer("updated_at") ?? 0
        let touchedAt = (row.integer("touched_at") ?? 0).multipliedReportingOverflow(by: 1000).partialValue
        updatedAtMilliseconds = touchedAt - Self.clockDifferenceMilliseconds > updatedAt ? touchedAt : updatedAt
        stripe = TagStripe(index: try row.number("stripe", of: record), count: try row.number("stripes", of: record))
        barrier = row["barrier"] == .null ? nil : try row.number("barrier", of: record)
    }

    /// The values of ``Statements/insert`` and of the first part of ``Statements/swap``, the tag being the last.
    var arguments: [MySQLValue] {
        [
            .integer(maxID), .integer(self.step), .integer(self.startID), .integer(self.maxValue),
            .integer(self.cycles ? 1 : 0), .integer(cycle), .integer(version), .text(self.description),
            .integer(stripe.count), .integer(stripe.index), MySQLValue(barrier), MySQLValue(lastReservation?.first),
            MySQLValue(lastReservation?.previous?.first), .text(lastReservation?.secretText(version: version) ?? ""),
            .integer(updatedAtMilliseconds), .text(self.options.text), .text(tag.name),
        ]
    }
}
