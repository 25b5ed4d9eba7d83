import ArgumentParser
import Frond

/// The options that say which generators make the IDs of a tag, and how they are written.
struct TagFormOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The generators to ask, in this order; none for whichever a request names.",
            discussion: "Of \(GeneratorKind.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "redis,segment"))
    var generators: String?

    @Option(
        parsing: .unconditional,
        help: "How an ID is written, such as base62, hex=16 or 'ORD-{date}-{number:6}'; none for decimals.")
    var format: String?

    @Option(parsing: .unconditional, help: "Count anew each day, month or year; none for never.")
    var period: String?

    @Option(parsing: .unconditional, help: "Whose day it is: UTC, +08:00, or a name such as Asia/Shanghai.")
    var timeZone: String?

    @Flag(inversion: .prefixedNo, help: "Scramble the numbers with the key of the setting scrambleKey.")
    var scramble: Bool?

    /// Whether any of them was given.
    var isSet: Bool { generators != nil || format != nil || period != nil || timeZone != nil || scramble != nil }

    private static let none = "none"

    /// Present options with these in their place.
    /// - Throws: `invalidArgument` or ``CommandFailure``, naming the option, its value and what is allowed.
    func applied(to present: TagOptions, _ reader: SettingsReader) throws -> TagOptions {
        var options = present
        if let generators {
            let names =
                generators == Self.none ? [] : generators.split(separator: ",", omittingEmptySubsequences: false)
            options.generators = try names.map { try GeneratorKind($0) }
            options.snowflakeFloor = try floor(for: options.generators, present, reader)
        }
        if let format { options.format = format == Self.none ? nil : try TextFormat(format) }
        if let period { options.period = try makePeriod(period, present.period) }
        if let timeZone {
            guard options.period != nil else {
                throw CommandFailure(.usage, "--time-zone '\(timeZone)' is for a tag with a --period")
            }
            options.period?.timeZone = try TimeZoneNames().checked(timeZone)
        }
        if let scramble { options.scrambleKey = scramble ? try key(reader).fingerprint : nil }
        return options
    }

    private func makePeriod(_ name: String, _ present: TagPeriod?) throws -> TagPeriod? {
        if name == Self.none { return nil }
        guard let unit = TagPeriod.Unit(rawValue: name) else {
            let all = TagPeriod.Unit.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, "--period '\(name)' is none of \(all), none")
        }
        return TagPeriod(unit, timeZone: present?.timeZone ?? "UTC")
    }

    /// Where snowflake IDs begin: below any that the layout gives from a day ago on. What was set once stays, since IDs
    /// may have been given out on both sides of it.
    private func floor(
        for generators: [GeneratorKind], _ present: TagOptions, _ reader: SettingsReader
    ) throws -> Int64? {
        if let floor = present.snowflakeFloor { return floor }
        guard generators.contains(where: \.isMadeFromClock) else { return nil }
        let layout = try SnowflakeSettings.layout(reader)
        let dayAgo = SystemTimeSource().wallMilliseconds - 86_400_000
        return layout.leastID(ofTickContainingMilliseconds: dayAgo)
    }

    private func key(_ reader: SettingsReader) throws -> ScrambleKey {
        guard let key = try ScrambleKey(reader) else {
            throw CommandFailure(
                .configuration,
                "--scramble needs the key that all servers have: set scrambleKey in the file of --config, or "
                    + "FROND_SCRAMBLE_KEY, to a secret of 16 bytes or more")
        }
        return key
    }
}
