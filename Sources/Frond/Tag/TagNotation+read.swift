extension TagNotation {
    /// The parts of an ID, as its tag writes them.
    package struct Reading: Hashable, Sendable {
        /// The number as it was reserved, without the scramble.
        package var number: Int64
        /// The date as it stands in the ID; nil for a format without one.
        package var date: String?
        /// True for a number of the snowflake generator.
        package var isSnowflake: Bool
    }

    /// Reads an ID of a tag: the inverse of ``write(_:by:)``.
    /// - Throws: `invalidArgument` for a text that is not an ID of the tag; `storeUnavailable` without the tag's key.
    package static func read(
        _ text: some StringProtocol, of record: TagRecord, key: ScrambleKey?
    ) throws(FrondError) -> Reading {
        let options = record.options
        let format = options.format ?? .decimal
        guard let read = format.read(text, dateLength: (options.period?.unit ?? .day).dateLength) else {
            throw FrondError(
                .invalidArgument, "'\(text)' is not written as the IDs of tag '\(record.tag)' are: '\(format)'")
        }
        var number = read.number
        if let fingerprint = options.scrambleKey {
            guard let unscrambled = try scramble(of: record, fingerprint, key: key).unscrambled(number) else {
                throw FrondError(
                    .invalidArgument,
                    "\(number) is not a number of tag '\(record.tag)': \(record.startID) to \(record.maxValue)")
            }
            number = unscrambled
        }
        return Reading(
            number: number, date: format.hasDate ? read.date : nil, isSnowflake: options.isSnowflake(number))
    }
}

extension TagOptions {
    /// True for a number of the tag that the snowflake generator made.
    fileprivate func isSnowflake(_ number: Int64) -> Bool {
        snowflakeFloor.map { number >= $0 } ?? (generators.first?.isMadeFromClock == true)
    }
}
