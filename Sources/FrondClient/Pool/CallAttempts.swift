import Frond

/// One call that may be repeated: the servers it was sent to, and their answers. A value without I/O.
struct CallAttempts: Sendable {
    private let patience: Duration
    private var startedAt: [ServerAddress: Duration] = [:]
    private var failures: [FrondError] = []
    /// The servers it was sent to.
    private(set) var tried: Set<ServerAddress> = []

    /// - Parameter patience: the time after which another server is asked as well.
    init(patience: Duration) {
        self.patience = patience
    }

    mutating func sent(to address: ServerAddress, now: Duration) {
        tried.insert(address)
        startedAt[address] = now
    }

    /// True while the answer of a server is awaited.
    func isUnderWay(_ address: ServerAddress) -> Bool { startedAt[address] != nil }

    /// Records that a server has no answer that the caller can use.
    mutating func failed(_ address: ServerAddress, _ error: FrondError) {
        startedAt[address] = nil
        failures.append(error)
    }

    /// The error once no server is left to ask; nil while an answer may still come.
    func end(_ unavailable: FrondError.Code) -> FrondError? {
        startedAt.isEmpty ? FrondError(noneOf: failures, unavailable) : nil
    }

    /// Records the answer of a server; the others are no longer awaited.
    /// - Returns: the outcome for each of them: a server that was overtaken after its time did not answer.
    mutating func answered(by address: ServerAddress, now: Duration) -> [(ServerAddress, ServerChoice.Outcome)] {
        startedAt[address] = nil
        defer { startedAt = [:] }
        return startedAt.map { ($0, now - $1 >= patience ? .failed : .abandoned) }
    }

    /// Records that the caller left.
    mutating func abandoned() -> [ServerAddress] {
        defer { startedAt = [:] }
        return Array(startedAt.keys)
    }
}
