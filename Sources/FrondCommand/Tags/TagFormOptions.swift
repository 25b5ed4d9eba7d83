import ArgumentParser
import Frond

/// The options of a tag's generators and of the notation of its IDs.
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

    @Flag(
        inversion: .prefixedNo,
        help: "Refuse requests with another format, so that no two IDs are alike. A new tag with a format does."
    )
    var onlyItsFormat: Bool?

    /// True where any of them is given.
    var isSet: Bool {
        generators != nil || format != nil || period != nil || timeZone != nil || scramble != nil
            || onlyItsFormat != nil
    }

    private static let none = "none"

    /// Present options with these in their place.
    /// - Throws: `invalidArgument` or ``CommandFailure``, naming the option, its value and what is allowed.
    func applied(to present: TagOptions, _ reader: SettingsReader) throws -> TagOptions {
        var options = present
        if let generators {
            let names =
                generators == Self.none ? [] : generators.split(separator: ",", omittingEmptySubsequences: false)
            options.generators = try names.map { try GeneratorKind($0) }
            options = try TagAdministration.withFloor(
                options, nowMilliseconds: SystemTimeSource().wallMilliseconds,
                layout: { try SnowflakeSettings.layout(reader) })
        }
        if let format { options.format = format == Self.none ? nil : try TextFormat(format) }
        if let period { options.period = try makePeriod(period, present.period) }
        if let timeZone {
            guard options.period != nil else {
                throw CommandFailure(.usage, "--time-zone '\(timeZone)' is for a tag with a --period")
            }
            options.period?.timeZone = try TimeZoneNames().checked(timeZone)
        }
        if let onlyItsFormat { options.onlyItsFormat = onlyItsFormat }
        if let scramble { options.scrambleKey = scramble ? try key(reader).fingerprint : nil }
        return options
    }

    private func makePeriod(_ name: String, _ present: TagPeriod?) throws -> TagPeriod? {
        if name == Self.none { return nil }
        guard let unit = TagPeriod.Unit(rawValue: name) else {
            let all = TagPeriod.Unit.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, "--period '\(name)' is unknown; use \(all) or none")
        }
        return TagPeriod(unit, timeZone: present?.timeZone ?? "UTC")
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
