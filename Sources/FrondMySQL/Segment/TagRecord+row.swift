import Frond

extension TagRecord {
    /// Leaf's statements know nothing of `updated_at` and move `update_time` alone. A difference below this is that of
    /// two clocks.
    private static let clockDifferenceMilliseconds: Int64 = 5_000

    /// Reads a row, which somebody may have edited by hand.
    /// - Throws: `storeCorrupt` naming the column where a value is missing or of the wrong type.
    init(row: MySQLRow) throws(FrondError) {
        let tag: Tag
        do {
            tag = try Tag(stored: row.text("biz_tag") ?? "")
        } catch {
            throw FrondError(.storeCorrupt, "a row of table leaf_alloc has no proper tag: \(error.message)")
        }
        let record = "the record of tag '\(tag)'"
        let updatedAt = row.integer("updated_at") ?? 0
        let touchedAt = (row.integer("touched_at") ?? 0).multipliedReportingOverflow(by: 1000).partialValue
        self.init(
            tag: tag,
            maxID: try row.number("max_id", of: record),
            step: try row.number("step", of: record),
            startID: try row.number("start_id", of: record),
            maxValue: try row.number("max_value", of: record),
            cycles: try row.number("cycles", of: record) != 0,
            cycle: try row.number("cycle", of: record),
            version: try row.number("version", of: record),
            // A tag works without these two.
            description: row.text("description") ?? "",
            updatedAtMilliseconds: touchedAt - Self.clockDifferenceMilliseconds > updatedAt ? touchedAt : updatedAt,
            stripes: try row.number("stripes", of: record),
            stripe: try row.number("stripe", of: record),
            barrier: row["barrier"] == .null ? nil : try row.number("barrier", of: record),
            // Without them nothing is taken back.
            lastFirst: row.integer("last_first"), previousFirst: row.integer("previous_first"))
    }

    /// The values of ``Statements/insert`` and of the first part of ``Statements/swap``, the tag being the last.
    var arguments: [MySQLValue] {
        [
            .integer(maxID), .integer(step), .integer(startID), .integer(maxValue), .integer(cycles ? 1 : 0),
            .integer(cycle), .integer(version), .text(description), .integer(stripes), .integer(stripe),
            MySQLValue(barrier), MySQLValue(lastFirst), MySQLValue(previousFirst), .integer(updatedAtMilliseconds),
            .text(tag.name),
        ]
    }
}
