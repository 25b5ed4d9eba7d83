/// The nodes of a cluster as far as they are known, and the slots that each owns.
///
/// It is learned from the nodes' own answers: a command for a slot of which nothing is known goes to any node, which
/// names the owner. So nothing has to be read, and no copy of the whole map grows old.
struct ClusterMap: Sendable {
    /// The number of nodes that are remembered, apart from those of the URL. A cluster has a thousand at most.
    static let maxLearned = 1000

    private let seeds: [RedisEndpoint]
    /// Known nodes: those that failed last at the end.
    private var nodes: [RedisEndpoint]
    private var owners: [HashSlot: RedisEndpoint] = [:]

    /// - Parameter seeds: the nodes of the URL, one or more.
    init(seeds: [RedisEndpoint]) {
        precondition(!seeds.isEmpty, "a cluster has a node")
        self.seeds = seeds
        nodes = seeds
    }

    /// The node to ask first.
    func node(for slot: HashSlot?) -> RedisEndpoint { slot.flatMap { owners[$0] } ?? nodes[0] }

    /// A known node that is none of these; nil where there is no other.
    func node(besides others: some Collection<RedisEndpoint>) -> RedisEndpoint? {
        nodes.first { !others.contains($0) }
    }

    /// True if a node is known.
    func contains(_ node: RedisEndpoint) -> Bool { nodes.contains(node) }

    /// A node was said to own a slot.
    mutating func learn(_ slot: HashSlot, _ node: RedisEndpoint) {
        owners[slot] = node
        note(node)
    }

    /// A node was named.
    mutating func note(_ node: RedisEndpoint) {
        guard !nodes.contains(node) else { return }
        if nodes.count - seeds.count >= Self.maxLearned, let oldest = nodes.firstIndex(where: { !seeds.contains($0) }) {
            forgetSlots(of: nodes.remove(at: oldest))
        }
        nodes.append(node)
    }

    /// A node failed: the others are asked for its slots. One that is not in the URL is forgotten where it cannot be
    /// reached, since its address may be another's by now.
    mutating func failed(_ node: RedisEndpoint, isReachable: Bool) {
        forgetSlots(of: node)
        guard let index = nodes.firstIndex(of: node) else { return }
        nodes.remove(at: index)
        if isReachable || seeds.contains(node) { nodes.append(node) }
    }

    private mutating func forgetSlots(of node: RedisEndpoint) {
        owners = owners.filter { $0.value != node }
    }
}
