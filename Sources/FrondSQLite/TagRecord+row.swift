import Frond
import GRDB

extension TagRecord {
    /// Reads a row, which somebody may have edited by hand.
    /// - Throws: `storeCorrupt` naming the column where a value is missing or of the wrong type.
    init(row: Row) throws(FrondError) {
        let name = row.text("tag") ?? ""
        let tag: Tag
        do {
            tag = try Tag(stored: name)
        } catch {
            throw FrondError(.storeCorrupt, "a row of table segments has no proper tag: \(error.message)")
        }
        self.init(
            tag: tag,
            maxID: try Self.number(row, "max_id", tag),
            step: try Self.number(row, "step", tag),
            startID: try Self.number(row, "start_id", tag),
            maxValue: try Self.number(row, "max_value", tag),
            cycles: try Self.number(row, "cycles", tag) != 0,
            cycle: try Self.number(row, "cycle", tag),
            version: try Self.number(row, "version", tag),
            // A tag works without these two.
            description: row.text("description") ?? "",
            updatedAtMilliseconds: row.integer("updated_at") ?? 0,
            // Without them nothing is taken back.
            lastFirst: row.integer("last_first"), previousFirst: row.integer("previous_first"))
    }

    /// The values of the statements' named parameters.
    var arguments: [String: (any DatabaseValueConvertible)?] {
        [
            "tag": tag.name, "max_id": maxID, "step": step, "start_id": startID, "max_value": maxValue,
            "cycles": cycles ? 1 : 0, "cycle": cycle, "version": version, "description": description,
            "updated_at": updatedAtMilliseconds, "last_first": lastFirst, "previous_first": previousFirst,
        ]
    }

    private static func number(_ row: Row, _ column: String, _ tag: Tag) throws(FrondError) -> Int64 {
        try row.number(column, of: "the record of tag '\(tag)'")
    }
}
