public import Frond

/// The callers that the server knows, found by their proofs.
///
/// A token is found by its SHA-256: the time of a search tells nothing of the tokens in the table, since no caller can
/// choose digests that are alike.
public struct AccessTable: Sendable {
    /// All entries, in the order of their file.
    public let entries: [AccessEntry]
    private let byProof: [AccessEntry.Proof: Int]

    /// Creates a table.
    /// - Throws: `invalidArgument` for two entries with one name or one proof, naming both.
    public init(_ entries: [AccessEntry]) throws(FrondError) {
        var names = Set<String>()
        var byProof: [AccessEntry.Proof: Int] = [:]
        for (index, entry) in entries.enumerated() {
            guard names.insert(entry.name).inserted else {
                throw FrondError(.invalidArgument, "two entries have the name '\(entry.name.printable(limit: 100))'")
            }
            if let first = byProof.updateValue(index, forKey: entry.proof) {
                throw FrondError(
                    .invalidArgument,
                    "the entries '\(entries[first].name.printable(limit: 100))' and "
                        + "'\(entry.name.printable(limit: 100))' have the same token or certificate")
            }
        }
        self.entries = entries
        self.byProof = byProof
    }

    /// The entry of a token; nil for an unknown one.
    func entry(token: String) -> AccessEntry? { byProof[.token(TokenDigest(of: token))].map { entries[$0] } }

    /// The entry of a client certificate; nil for an unknown one.
    /// - Parameter names: the names that the certificate proves, the most exact first.
    func entry(certificate names: [String]) -> AccessEntry? {
        names.lazy.compactMap { byProof[.certificate(subject: $0)] }.first.map { entries[$0] }
    }

    /// The first end of an entry after a time; nil where none ends.
    func nextExpiry(afterMilliseconds now: Int64) -> Int64? {
        entries.compactMap(\.expiresAtMilliseconds).filter { $0 > now }.min()
    }
}
