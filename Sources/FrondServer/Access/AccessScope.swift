/// A kind of action that callers are allowed or refused.
public enum AccessScope: String, CaseIterable, Hashable, Sendable {
    /// Taking IDs.
    case ids
    /// Reserving segments and worker IDs for generators that run elsewhere.
    case reserve
    /// Reading, creating and changing tags.
    case tags
    /// Metrics, the console and the details of health.
    case status
    /// Everything, and what concerns the server itself.
    case admin

    /// True where the scope may be narrowed to tags.
    var concernsTags: Bool { self != .status }

    /// True where strangers may do it while no tokens are configured.
    var isOpenByDefault: Bool { self == .ids || self == .status }

    /// The names of all scopes, for messages.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
