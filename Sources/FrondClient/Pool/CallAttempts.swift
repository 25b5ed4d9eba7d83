import Frond

/// One call that may be repeated: which servers it was sent to, and what came of it. A value without I/O.
struct CallAttempts: Sendable {
    private let patience: Duration
    private var startedAt: [ServerAddress: Duration] = [:]
    private var failures: [FrondError] = []
    /// The servers it was sent to.
    private(set) var tried: Set<ServerAddress> = []

    /// - Parameter patience: how long a server has before another one is asked as well.
    init(patience: Duration) {
        self.patience = patience
    }

    mutating func sent(to address: ServerAddress, now: Duration) {
        tried.insert(address)
        startedAt[address] = now
    }

    /// Whether the answer of a server is still waited for.
    func isUnderWay(_ address: ServerAddress) -> Bool { startedAt[address] != nil }

    /// A server has no answer that the caller can use.
    mutating func failed(_ address: ServerAddress, _ error: FrondError) {
        startedAt[address] = nil
        failures.append(error)
    }

    /// The error once no server is left to ask; nil while an answer may still come.
    func end(_ unavailable: FrondError.Code) -> FrondError? {
        startedAt.isEmpty ? FrondError(noneOf: failures, unavailable) : nil
    }

    /// A server answered: nobody waits for the others any more.
    /// - Returns: what that says of each of them: one that had its time and was overtaken did not answer.
    mutating func answered(by address: ServerAddress, now: Duration) -> [(ServerAddress, ServerChoice.Outcome)] {
        startedAt[address] = nil
        defer { startedAt = [:] }
        return startedAt.map { ($0, now - $1 >= patience ? .failed : .abandoned) }
    }

    /// Nobody waits for any answer any more.
    mutating func abandoned() -> [ServerAddress] {
        defer { startedAt = [:] }
        return Array(startedAt.keys)
    }
}
