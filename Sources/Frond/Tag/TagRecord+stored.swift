extension TagRecord {
    /// Reads the columns that every database of tags has.
    /// - Throws: `storeCorrupt` naming the column where a value is missing or of the wrong type.
    package init(stored row: some StoredRow, of tag: Tag) throws(FrondError) {
        let record = Self.name(of: tag)
        let settings = TagSettings(
            step: try row.number("step", of: record),
            startID: try row.number("start_id", of: record),
            maxValue: try row.number("max_value", of: record),
            cycles: try row.number("cycles", of: record) != 0,
            // A tag works without it.
            description: row.text("description") ?? "",
            options: try TagOptions(text: row.text("options") ?? "", of: tag))
        let version = try row.number("version", of: record)
        self.init(
            tag: tag, settings: settings, maxID: try row.number("max_id", of: record),
            cycle: try row.number("cycle", of: record), version: version,
            // Without it nothing is taken back.
            lastReservation: TagReservation(
                first: row.integer("last_first"), previousFirst: row.integer("previous_first"),
                secretText: row.text("secrets") ?? "", version: version))
    }

    /// The name of a tag's record, for an error.
    package static func name(of tag: Tag) -> String { "the record of tag '\(tag)'" }
}
