/// The kinds of generators, by the names that they have in paths, settings and tags.
public enum GeneratorKind: String, CaseIterable, Hashable, Sendable {
    case segment, redis, ticket, snowflake, uuid

    /// - Throws: `invalidArgument` for an unknown name.
    public init(_ name: some StringProtocol) throws(FrondError) {
        guard let kind = Self(rawValue: String(name)) else {
            let all = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw FrondError(.invalidArgument, "unknown generator '\(name)'; use one of \(all)")
        }
        self = kind
    }
}

// What the rest of the code asks of a kind, instead of naming kinds one by one.
extension GeneratorKind {
    /// True for numbers that are reserved in the record of the tag, or of its present period.
    package var countsInRecord: Bool { self == .segment || self == .redis }
    /// True for numbers that count up in the database, beside the record of the tag.
    package var countsBesideRecord: Bool { self == .ticket }
    /// True for numbers that one counter for all servers counts, and so in one database.
    package var countsInOneDatabase: Bool { self == .redis }
    /// True for numbers that are made from the clock.
    package var isMadeFromClock: Bool { self == .snowflake }
    /// True for numbers, which a format can write; false for UUIDs.
    package var makesNumbers: Bool { self != .uuid }

    /// True for numbers that count up from the first number of a tag, wherever they are counted.
    package var countsUp: Bool { countsInRecord || countsBesideRecord }
    /// True for IDs that need nothing that is kept of a tag: they are made from the clock or from random bits.
    package var needsNoStore: Bool { !countsUp }
}

extension GeneratorKind {
    /// The name of UUIDs of version 4, beside the kinds themselves.
    private static let randomUUIDs = "uuid4"
    /// The names that ``named(_:)`` reads.
    package static var names: String { (allCases.map(\.rawValue) + [randomUUIDs]).joined(separator: ", ") }

    /// Reads the name of a kind, or `uuid4` for UUIDs of version 4.
    /// - Throws: `invalidArgument` for an unknown name.
    package static func named(_ name: String) throws(FrondError) -> (GeneratorKind, UUIDVersion?) {
        if name == randomUUIDs { return (.uuid, .random) }
        guard let kind = GeneratorKind(rawValue: name) else {
            throw FrondError(.invalidArgument, "unknown generator '\(name)'; use one of \(names)")
        }
        return (kind, nil)
    }
}
