/// The generators of a tag's IDs, and their notation. Kept in the tag's record.
public struct TagOptions: Hashable, Sendable {
    /// Asked in this order, the next where one cannot answer. Empty: whichever generator a request names.
    public var generators: [GeneratorKind]
    /// Nil for decimals.
    public var format: TextFormat?
    /// The time that the tag counts before it begins again; nil for ever.
    public var period: TagPeriod?
    /// Numbers are scrambled with the key that has this fingerprint: see ``Scramble``. Nil where they are not.
    public var scrambleKey: ScrambleKey.Fingerprint?
    /// Snowflake IDs are given out from here on, all other numbers below; nil for a tag that never had snowflake IDs by
    /// its options.
    public var snowflakeFloor: Int64?
    /// True if a request's own format is refused, so that two texts of the tag are never alike; nil for the default:
    /// it is refused where the tag has a format of its own.
    public var onlyItsFormat: Bool?
    /// True for a tag that issues nothing any more. Its record stays, so that its name never begins again.
    public var isRetired: Bool

    public init(
        generators: [GeneratorKind] = [], format: TextFormat? = nil, period: TagPeriod? = nil,
        scrambleKey: ScrambleKey.Fingerprint? = nil, snowflakeFloor: Int64? = nil, onlyItsFormat: Bool? = nil,
        isRetired: Bool = false
    ) {
        self.generators = generators
        self.format = format
        self.period = period
        self.scrambleKey = scrambleKey
        self.snowflakeFloor = snowflakeFloor
        self.onlyItsFormat = onlyItsFormat
        self.isRetired = isRetired
    }

    /// True where a request's own format is refused.
    package var forbidsOtherFormats: Bool { onlyItsFormat ?? (format != nil) }

    /// True if the IDs are texts of the tag's own, not plain decimals.
    package var isWritten: Bool { format != nil || period != nil || scrambleKey != nil }
}

// MARK: One by one

extension TagOptions {
    /// An option that can be set and cleared by itself. A period has its time zone with it.
    public enum Name: String, Hashable, Sendable, CaseIterable {
        case generators, format, period, scrambleKey, snowflakeFloor, onlyItsFormat, retired
    }

    /// The options that are set.
    public var names: Set<Name> {
        Set(Name.allCases.filter { only($0) != TagOptions() })
    }

    /// These options with those that `set` has in the place of their own, and without those that are cleared.
    func applying(_ set: TagOptions, clearing cleared: Set<Name>) -> TagOptions {
        var options = self
        for name in cleared { options.set(name, from: TagOptions()) }
        for name in set.names { options.set(name, from: set) }
        return options
    }

    /// Takes one option over from others.
    mutating func set(_ name: Name, from other: TagOptions) {
        switch name {
        case .generators: generators = other.generators
        case .format: format = other.format
        case .period: period = other.period
        case .scrambleKey: scrambleKey = other.scrambleKey
        case .snowflakeFloor: snowflakeFloor = other.snowflakeFloor
        case .onlyItsFormat: onlyItsFormat = other.onlyItsFormat
        case .retired: isRetired = other.isRetired
        }
    }

    /// One of the options, without the others.
    func only(_ name: Name) -> TagOptions {
        var options = TagOptions()
        options.set(name, from: self)
        return options
    }
}

// MARK: As the stores keep them

extension TagOptions {
    private enum Key: String, CaseIterable {
        case generators, format, period, timeZone, scrambleKey, snowflakeFloor, onlyItsFormat, retired
    }

    /// A line for each option that is set, such as `format=ORD-{date}-{number:6}`; empty for none.
    public var text: String { pairs.map { "\($0.key.rawValue)=\($0.value)" }.joined(separator: "\n") }

    /// The options that are set, by their names in ``text``.
    package var values: [String: String] {
        Dictionary(pairs.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
    }

    private var pairs: [(key: Key, value: String)] {
        var pairs: [(Key, String)] = []
        if !generators.isEmpty { pairs.append((.generators, generators.map(\.rawValue).joined(separator: ","))) }
        if let format { pairs.append((.format, format.description)) }
        if let period {
            pairs.append((.period, period.unit.rawValue))
            pairs.append((.timeZone, period.timeZone))
        }
        if let scrambleKey { pairs.append((.scrambleKey, scrambleKey.description)) }
        if let snowflakeFloor { pairs.append((.snowflakeFloor, "\(snowflakeFloor)")) }
        if let onlyItsFormat { pairs.append((.onlyItsFormat, "\(onlyItsFormat)")) }
        if isRetired { pairs.append((.retired, "true")) }
        return pairs
    }

    /// - Throws: `storeCorrupt` naming the option that cannot be read: a newer version may know it.
    public init(text: String, of tag: Tag) throws(FrondError) {
        self.init()
        var values: [Key: Substring] = [:]
        for line in text.split(separator: "\n") {
            let name = line.prefix { $0 != "=" }
            guard let key = Key(rawValue: String(name)), name.count < line.count else {
                throw Self.unreadable(line, of: tag)
            }
            values[key] = line.dropFirst(name.count + 1)
        }
        do throws(FrondError) {
            if let names = values[.generators], !names.isEmpty {
                generators = try names.split(separator: ",", omittingEmptySubsequences: false).map(GeneratorKind.init)
            }
            if let value = values[.format] { format = try TextFormat(String(value)) }
            if let value = values[.scrambleKey] { scrambleKey = try ScrambleKey.Fingerprint(value) }
        } catch {
            throw FrondError(.storeCorrupt, "an option of tag '\(tag)' is invalid: \(error.message)")
        }
        if let value = values[.period] {
            guard let unit = TagPeriod.Unit(rawValue: String(value)) else { throw Self.unreadable(value, of: tag) }
            period = TagPeriod(unit, timeZone: values[.timeZone].map(String.init) ?? "UTC")
        }
        if let value = values[.snowflakeFloor] {
            guard let floor = Int64(value), floor >= 0 else { throw Self.unreadable(value, of: tag) }
            snowflakeFloor = floor
        }
        if let value = values[.onlyItsFormat] {
            guard let isSet = Bool(String(value)) else { throw Self.unreadable(value, of: tag) }
            onlyItsFormat = isSet
        }
        if let value = values[.retired] {
            guard let isSet = Bool(String(value)) else { throw Self.unreadable(value, of: tag) }
            isRetired = isSet
        }
    }

    private static func unreadable(_ option: Substring, of tag: Tag) -> FrondError {
        FrondError(
            .storeCorrupt,
            "option '\(option)' of tag '\(tag)' is not known to this version: a newer one may have written it",
            retryAfter: .seconds(5))
    }
}
