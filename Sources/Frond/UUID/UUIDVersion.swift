/// The versions of UUIDs that are served (RFC 9562).
public enum UUIDVersion: Int, CaseIterable, Hashable, Sendable {
    /// 122 random bits.
    case random = 4
    /// A time, then 62 random bits: strictly increasing within a generator.
    case timeOrdered = 7

    /// - Throws: `invalidArgument` for another version.
    public init(_ text: some StringProtocol) throws(FrondError) {
        guard let version = Self.allCases.first(where: { "\($0.rawValue)" == text }) else {
            throw FrondError(.invalidArgument, "version '\(text)' is not a UUID version served here; use 4 or 7")
        }
        self = version
    }
}
