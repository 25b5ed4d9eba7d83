import Frond

/// The choice of the server to call: of two drawn at random among those that answer, the one with fewer calls under
/// way.
///
/// A value without I/O: time is passed in. A server that failed is left alone for a while, longer each time; then it is
/// probed in the background, so that a hanging server costs callers nothing. If none answers they are called all the
/// same, the one first whose next probe is nearest.
///
/// The better of two: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001.
struct ServerChoice: Sendable {
    /// The outcome of a call, as far as the server is concerned.
    enum Outcome: Hashable, Sendable {
        /// The server answered, also with an error.
        case answered
        /// The server did not answer, or cannot serve.
        case failed
        /// The caller did not wait.
        case abandoned
    }

    private struct Member: Sendable {
        let address: ServerAddress
        /// True if the server is in the list of the client, and stays.
        let isListed: Bool
        var callsUnderWay = 0
        var failures = 0
        /// The time of the next probe; nil while the server answers.
        var retryAt: Duration?
        /// True while the server is being probed.
        var isProbed = false
    }

    private let policy: PoolPolicy
    private var members: [Member]
    private var random: SplitMix64
    private var nextFinding: Duration?

    /// - Parameter addresses: one or more, each once.
    init(_ addresses: [ServerAddress], policy: PoolPolicy, seed: UInt64) {
        self.policy = policy
        members = addresses.map { Member(address: $0, isListed: true) }
        random = SplitMix64(seed: seed)
    }

    /// The known servers.
    var addresses: [ServerAddress] { members.map(\.address) }

    /// The servers that are not left alone.
    var answering: [ServerAddress] { members.filter { $0.retryAt == nil }.map(\.address) }

    // MARK: Calls

    /// The server to call, which has one more call under way until ``ended(_:_:now:)``.
    /// - Parameter tried: the servers that this call was sent to already.
    /// - Returns: nil if there is no other.
    mutating func pick(except tried: Set<ServerAddress>) -> ServerAddress? {
        let others = members.indices.filter { !tried.contains(members[$0].address) }
        let answering = others.filter { members[$0].retryAt == nil }
        let picked =
            answering.isEmpty
            ? others.min { (members[$0].retryAt ?? .zero) < (members[$1].retryAt ?? .zero) } : better(of: answering)
        guard let picked else { return nil }
        members[picked].callsUnderWay += 1
        return members[picked].address
    }

    private mutating func better(of candidates: [Int]) -> Int? {
        guard candidates.count > 1 else { return candidates.first }
        let first = Int.random(in: candidates.indices, using: &random)
        let step = Int.random(in: 1..<candidates.count, using: &random)
        let (one, other) = (candidates[first], candidates[(first + step) % candidates.count])
        return members[other].callsUnderWay < members[one].callsUnderWay ? other : one
    }

    /// Records the start of a call to a server that was not picked for it.
    mutating func began(_ address: ServerAddress) {
        guard let index = index(of: address) else { return }
        members[index].callsUnderWay += 1
    }

    /// Records the end of a call.
    mutating func ended(_ address: ServerAddress, _ outcome: Outcome, now: Duration) {
        guard let index = index(of: address) else { return }
        // One that was let go and found again knows nothing of the calls before.
        members[index].callsUnderWay = max(0, members[index].callsUnderWay - 1)
        note(outcome, of: index, now: now)
    }

    private mutating func note(_ outcome: Outcome, of index: Int, now: Duration) {
        switch outcome {
        case .abandoned: break
        case .answered:
            members[index].failures = 0
            members[index].retryAt = nil
        case .failed:
            // Calls that were under way together are one failure.
            if let retryAt = members[index].retryAt, retryAt > now { return }
            members[index].failures = min(members[index].failures + 1, 16)
            let pause = min(policy.shortestPause * (1 << (members[index].failures - 1)), policy.longestPause)
            members[index].retryAt = now + pause * Double.random(in: 0.5...1, using: &random)
        }
    }

    // MARK: Coming back

    /// Takes the servers whose probe is due.
    mutating func takeProbes(now: Duration) -> [ServerAddress] {
        var due: [ServerAddress] = []
        for index in members.indices where !members[index].isProbed {
            guard let retryAt = members[index].retryAt, retryAt <= now else { continue }
            members[index].isProbed = true
            due.append(members[index].address)
        }
        return due
    }

    /// Records the answer to a probe.
    mutating func probed(_ address: ServerAddress, isBack: Bool, now: Duration) {
        guard let index = index(of: address) else { return }
        members[index].isProbed = false
        note(isBack ? .answered : .failed, of: index, now: now)
    }

    // MARK: Finding servers

    /// True if a search for servers is due; once until the next is.
    mutating func takeFinding(now: Duration) -> Bool {
        guard policy.findsServers, nextFinding.map({ $0 <= now }) ?? true else { return false }
        nextFinding = now + policy.findingPause
        return true
    }

    /// Records the result of a search: servers found before and no longer are dropped, the listed ones stay.
    /// - Returns: the dropped servers.
    mutating func found(_ addresses: Set<ServerAddress>) -> [ServerAddress] {
        let gone = members.filter { !$0.isListed && !addresses.contains($0.address) }.map(\.address)
        members.removeAll { gone.contains($0.address) }
        let new = addresses.subtracting(members.map(\.address))
        // In an order that does not depend on the process.
        for address in new.sorted(by: { "\($0)" < "\($1)" }) {
            members.append(Member(address: address, isListed: false))
        }
        return gone
    }

    private func index(of address: ServerAddress) -> Int? { members.firstIndex { $0.address == address } }
}
