/// The ways to make IDs, by the names that they have in paths, settings and tags.
public enum GeneratorKind: String, CaseIterable, Hashable, Sendable {
    case segment, redis, ticket, snowflake, uuid

    /// - Throws: `invalidArgument` for a name that is none.
    public init(_ name: some StringProtocol) throws(FrondError) {
        guard let kind = Self(rawValue: String(name)) else {
            let all = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw FrondError(.invalidArgument, "'\(name)' is no generator: \(all)")
        }
        self = kind
    }
}
