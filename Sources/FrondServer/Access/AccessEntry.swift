/// A caller that the server knows: the holder of a token or of a client certificate.
public struct AccessEntry: Hashable, Sendable {
    /// The proof of a caller.
    public enum Proof: Hashable, Sendable {
        /// A token with this SHA-256.
        case token(TokenDigest)
        /// A client certificate with this subject, such as `CN=orders,O=Shop`, or this common name.
        case certificate(subject: String)
    }

    /// The name of the caller in log lines and limits.
    public let name: String
    /// The proof that a caller is this one.
    public let proof: Proof
    /// The actions that the caller is allowed.
    public let grants: [AccessGrant]
    /// The end of the entry, in milliseconds since 1970; nil for none.
    public let expiresAtMilliseconds: Int64?

    /// Creates an entry.
    public init(name: String, proof: Proof, grants: [AccessGrant], expiresAtMilliseconds: Int64? = nil) {
        self.name = name
        self.proof = proof
        self.grants = grants
        self.expiresAtMilliseconds = expiresAtMilliseconds
    }

    /// True once the entry has ended.
    func hasExpired(nowMilliseconds: Int64) -> Bool { expiresAtMilliseconds.map { $0 <= nowMilliseconds } ?? false }
}
