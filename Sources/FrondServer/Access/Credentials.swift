/// The means by which a request says who sends it.
enum Credentials: Hashable, Sendable {
    case none
    case token(String)
    /// Something that is not `Bearer` and one token.
    case malformed

    /// Reads the values of the field `Authorization` of HTTP, or of gRPC's metadata.
    init(authorization values: some Collection<String>) {
        guard let value = values.first else {
            self = .none
            return
        }
        self = values.count == 1 ? Self(authorization: value) : .malformed
    }

    /// Reads the one value of the field `Authorization`.
    init(authorization value: String) {
        let parts = value.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer", Self.isToken(parts[1]) else {
            self = .malformed
            return
        }
        self = .token(String(parts[1]))
    }

    /// A token that stands by itself, as in a parameter or a command; an empty one is none.
    init(token: String) {
        self = token.isEmpty ? .none : Self.isToken(token[...]) ? .token(token) : .malformed
    }

    /// Tokens are printing ASCII without spaces, and not long.
    private static func isToken(_ text: Substring) -> Bool {
        (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}
