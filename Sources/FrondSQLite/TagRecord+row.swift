import Frond
import GRDB

extension TagRecord {
    /// Reads a row, which may have been edited by hand.
    /// - Throws: `storeCorrupt` naming the column where a value is missing or of the wrong type.
    init(row: Row) throws(FrondError) {
        let name = row.text("tag") ?? ""
        let tag: Tag
        do {
            tag = try Tag(stored: name)
        } catch {
            throw FrondError(.storeCorrupt, "a row of table segments has no proper tag: \(error.message)")
        }
        self = try TagRecord(stored: row, of: tag)
        // A tag works without the time of its change.
        updatedAtMilliseconds = row.integer("updated_at") ?? 0
    }

    /// The values of the statements' named parameters.
    var arguments: [String: (any DatabaseValueConvertible)?] {
        [
            "tag": tag.name, "max_id": maxID, "step": self.step, "start_id": self.startID, "max_value": self.maxValue,
            "cycles": self.cycles ? 1 : 0, "cycle": cycle, "version": version, "description": self.description,
            "options": self.options.text, "updated_at": updatedAtMilliseconds, "last_first": lastReservation?.first,
            "previous_first": lastReservation?.previous?.first,
            "secrets": lastReservation?.secretText(version: version) ?? "",
        ]
    }
}
