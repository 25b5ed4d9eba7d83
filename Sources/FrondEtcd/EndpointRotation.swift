import Frond

/// The choice of a member of the cluster: the one that answered last, and while it does not, another.
///
/// A value without I/O: time is passed in. A member that failed is left alone for a while, longer each time, so that
/// one that hangs costs its timeout now and then and not with each call. Where all have failed of late, the one whose
/// time is nearest is asked all the same: whether they are back is for etcd to say.
struct EndpointRotation: Sendable {
    /// The time for which a member is left alone after its first failure.
    static let shortest = Duration.milliseconds(100)
    /// And after many.
    static let longest = Duration.seconds(10)

    private struct Member: Sendable {
        var failures = 0
        var retryAt: Duration?
    }

    private var members: [Member]
    private var current: Int
    private var random: SplitMix64

    /// - Parameter count: 1 or more.
    init(count: Int, seed: UInt64) {
        members = Array(repeating: Member(), count: count)
        random = SplitMix64(seed: seed)
        // Many servers that start with the same list spread over its members.
        current = Int.random(in: 0..<count, using: &random)
    }

    /// The member to ask next.
    /// - Parameters:
    ///   - tried: those that this call has asked already.
    ///   - now: monotonic.
    /// - Returns: nil where asking another is of no use to this call.
    func next(tried: Set<Int>, now: Duration) -> Int? {
        let order = members.indices.map { (current + $0) % members.count }
        let others = order.filter { !tried.contains($0) }
        if let ready = others.first(where: { members[$0].retryAt.map { $0 <= now } ?? true }) { return ready }
        guard tried.isEmpty else { return nil }
        return others.min { members[$0].retryAt ?? .zero < members[$1].retryAt ?? .zero }
    }

    mutating func succeeded(_ index: Int) {
        members[index] = Member()
        current = index
    }

    /// - Parameter now: monotonic.
    mutating func failed(_ index: Int, now: Duration) {
        let failures = min(members[index].failures + 1, 16)
        let pause = min(Self.shortest * (1 << (failures - 1)), Self.longest)
        members[index] = Member(
            failures: failures, retryAt: now + pause * Double.random(in: 0.5...1, using: &random))
        if current == index { current = (index + 1) % members.count }
    }
}
