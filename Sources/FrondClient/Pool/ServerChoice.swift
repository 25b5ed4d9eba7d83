import Frond

/// Which server to call: of two drawn at random, the one with fewer calls under way, among those that answer.
///
/// A value without I/O: time is passed in. A server that failed is left alone for a while, longer each time; then it is
/// asked in the background whether it is back, so that one that hangs costs callers nothing. Where none answers they are
/// called all the same, the one first whose time is nearest: whether they are back is for them to say.
///
/// The better of two: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001.
struct ServerChoice: Sendable {
    /// How a call ended, as far as the server is concerned.
    enum Outcome: Hashable, Sendable {
        /// It answered, with whatever.
        case answered
        /// It did not, or said that it cannot.
        case failed
        /// The caller did not wait for it.
        case abandoned
    }

    private struct Member: Sendable {
        let address: ServerAddress
        /// Whether it is in the client's list, and stays.
        let isListed: Bool
        var callsUnderWay = 0
        var failures = 0
        /// When to ask whether it is back; nil while it answers.
        var retryAt: Duration?
        /// Whether it is being asked that.
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

    /// The servers, as far as they are known.
    var addresses: [ServerAddress] { members.map(\.address) }

    /// Those that are not left alone.
    var answering: [ServerAddress] { members.filter { $0.retryAt == nil }.map(\.address) }

    // MARK: Calls

    /// The server to call, which has one more call under way until ``ended(_:_:now:)``.
    /// - Parameter tried: those that this call was sent to already.
    /// - Returns: nil where there is no other.
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

    /// A call to this server begins, which was not picked for it.
    mutating func began(_ address: ServerAddress) {
        guard let index = index(of: address) else { return }
        members[index].callsUnderWay += 1
    }

    /// A call to a server has ended.
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

    /// The servers to be asked now whether they are back.
    mutating func takeProbes(now: Duration) -> [ServerAddress] {
        var due: [ServerAddress] = []
        for index in members.indices where !members[index].isProbed {
            guard let retryAt = members[index].retryAt, retryAt <= now else { continue }
            members[index].isProbed = true
            due.append(members[index].address)
        }
        return due
    }

    /// A server was asked whether it is back.
    mutating func probed(_ address: ServerAddress, isBack: Bool, now: Duration) {
        guard let index = index(of: address) else { return }
        members[index].isProbed = false
        note(isBack ? .answered : .failed, of: index, now: now)
    }

    // MARK: Finding servers

    /// Whether it is time to look for servers; once until the next time.
    mutating func takeFinding(now: Duration) -> Bool {
        guard policy.findsServers, nextFinding.map({ $0 <= now }) ?? true else { return false }
        nextFinding = now + policy.findingPause
        return true
    }

    /// These servers were found; those that were found before and are not any more are let go, the listed ones stay.
    /// - Returns: those that were let go.
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
