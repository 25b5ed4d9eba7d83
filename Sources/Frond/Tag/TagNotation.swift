/// The notation of one request's IDs of a tag: chosen once, by the tag's settings and the clock.
package struct TagNotation: Sendable {
    package let tag: Tag
    /// The sequence from which segments and counters take numbers: the tag, or the record of its present period.
    package let sequence: Tag
    /// The text of `{date}`.
    private let date: String
    private let format: TextFormat?
    private let scramble: Scramble?
    private let floor: Int64?

    /// - Parameters:
    ///   - record: of the tag; nil where there is none.
    ///   - format: of the request, instead of the tag's.
    ///   - wallMilliseconds: when the request came.
    /// - Throws: `invalidArgument` for a format without the date that tells the tag's numbers apart;
    ///   `storeUnavailable` for numbers that are scrambled with another key.
    package init(
        _ tag: Tag, _ record: TagRecord?, format: TextFormat?, wallMilliseconds: @autoclosure () -> Int64,
        zones: any TimeZoneRules,
        scrambleKey: ScrambleKey?
    ) throws(FrondError) {
        let options = record?.options ?? TagOptions()
        self.tag = tag
        self.format = format ?? options.format
        floor = options.snowflakeFloor
        scramble =
            if let fingerprint = options.scrambleKey, let record {
                try Self.scramble(of: record, fingerprint, key: scrambleKey)
            } else {
                nil
            }
        if let period = options.period {
            guard self.format?.hasDate == true else {
                throw FrondError(
                    .invalidArgument,
                    "the numbers of tag '\(tag)' begin again each \(period.unit.rawValue): a format for them needs "
                        + "{date}"
                )
            }
            date = try period.date(atMilliseconds: wallMilliseconds(), by: zones)
            sequence = try Tag(tag, period: date)
        } else {
            date = self.format?.hasDate == true ? try Self.day.date(atMilliseconds: wallMilliseconds(), by: zones) : ""
            sequence = tag
        }
    }

    /// The record that a generator takes numbers from: that of the period, or the tag's own.
    package func sequence(for generator: GeneratorKind) -> Tag { generator.countsInRecord ? sequence : tag }

    /// The text of `{date}` for a tag without periods.
    private static let day = TagPeriod(.day)

    static func scramble(
        of record: TagRecord, _ fingerprint: ScrambleKey.Fingerprint, key: ScrambleKey?
    ) throws(FrondError) -> Scramble {
        guard let key, key.fingerprint == fingerprint else {
            throw FrondError(
                .storeUnavailable,
                "the numbers of tag '\(record.tag)' are scrambled with a key that this server does not have: give it "
                    + "the setting scrambleKey of the servers that have it"
            ).scoped(.tag)
        }
        return try record.scramble(key)
    }

    /// The IDs as they go out.
    /// - Throws: `invalidArgument` for a number that is too wide for the format; `storeCorrupt` for numbers that the
    ///   tag cannot have, on whichever side of the floor where snowflake IDs begin.
    package func write(_ values: IssuedIDs.Values, by generator: GeneratorKind) throws(FrondError) -> IssuedIDs {
        try checkSide(of: values, generator)
        guard format != nil || scramble != nil, case .numbers(let runs) = values else {
            return IssuedIDs(generator: generator, values: values)
        }
        var texts: [String] = []
        texts.reserveCapacity(runs.reduce(0) { $0 + Int($1.count) })
        for number in runs.joined() { texts.append(try text(of: number)) }
        return IssuedIDs(generator: generator, values: .texts(texts))
    }

    /// Snowflake IDs begin at the floor, all other numbers end below it, so that they never meet.
    private func checkSide(of values: IssuedIDs.Values, _ generator: GeneratorKind) throws(FrondError) {
        guard let floor, let bounds = values.bounds else { return }
        if generator.isMadeFromClock, bounds.lowerBound < floor {
            throw FrondError(
                .clockMovedBackwards,
                "snowflake ID \(bounds.lowerBound) is below \(floor), where those of tag '\(tag)' begin: the clock is "
                    + "behind, or the layout is another one", retryAfter: .seconds(1))
        }
        if generator.countsUp, bounds.upperBound >= floor {
            throw FrondError(
                .exhausted,
                "\(generator.rawValue) number \(bounds.upperBound) of tag '\(tag)' is not below \(floor), where its "
                    + "snowflake IDs begin")
        }
    }

    private func text(of number: Int64) throws(FrondError) -> String {
        var number = number
        if let scramble {
            guard let scrambled = scramble.scrambled(number) else {
                throw FrondError(
                    .storeCorrupt,
                    "number \(number) of tag '\(tag)' is not in the range that is scrambled, \(scramble.range)")
            }
            number = scrambled
        }
        guard let format else { return "\(number)" }
        guard let text = format.text(of: number, date: date) else {
            throw FrondError(
                .invalidArgument, "number \(number) of tag '\(tag)' is too wide for the format '\(format)'")
        }
        return text
    }
}
