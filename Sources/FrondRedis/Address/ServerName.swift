/// The server that a sentence of an error is about.
struct ServerName: Hashable, Sendable, CustomStringConvertible {
    enum Kind: String, Sendable {
        case redis = "Redis"
        case sentinel = "Sentinel"
    }

    var kind: Kind
    var place: String
    /// True if Sentinels name the primary, so that the URL does not.
    var isNamedBySentinel = false

    static func redis(_ endpoint: RedisEndpoint) -> ServerName { ServerName(kind: .redis, place: "\(endpoint)") }

    static func sentinel(_ endpoint: RedisEndpoint) -> ServerName { ServerName(kind: .sentinel, place: "\(endpoint)") }

    var description: String { "\(kind.rawValue) at \(place)" }
}
