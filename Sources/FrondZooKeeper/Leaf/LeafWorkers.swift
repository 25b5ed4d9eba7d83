import Frond

/// The worker IDs that Leaf servers of one name hold, or held.
///
/// Leaf writes a node when a server first starts and never removes it; a server that cannot reach ZooKeeper goes on
/// issuing, and one that is started again takes the worker ID it had. So each worker ID that Leaf ever gave out is
/// Leaf's, until an operator says otherwise: by removing the node, or by `leafRetiredAfter`.
struct LeafWorkers: Sendable {
    /// The number of worker IDs left to Leaf servers that start later: Leaf gives them the next numbers, taken or not.
    private static let room: Int64 = 32

    private let namespace: LeafNamespace
    private let retiredAfter: Duration?

    init(namespace: LeafNamespace, retiredAfter: Duration?) {
        self.namespace = namespace
        self.retiredAfter = retiredAfter
    }

    var path: String { namespace.path }

    func nodePath(_ name: String) -> String { namespace.nodePath(name) }

    func workerID(of name: String) -> Int64? { namespace.workerID(of: name) }

    /// The contents of nodes by their names; nil for a node that was removed meanwhile.
    func workers(_ nodes: [(name: String, content: [UInt8]?)]) -> [LeafWorker] {
        nodes.compactMap { name, content in
            guard let content, let workerID = workerID(of: name) else { return nil }
            return LeafWorker(workerID: workerID, name: name, content: content)
        }
    }

    /// The worker IDs that Leaf would give out next.
    ///
    /// As Leaf servers start these move on, and the server of Frond that has one of them loses it, and takes another,
    /// before Leaf gives it out: unless more Leaf servers than these start within one renewal.
    /// - Parameter made: how many nodes there have ever been, which is the next number.
    func workersToCome(after names: [String], made: Int64) -> [LeafWorker] {
        let next = max(made, (names.compactMap { workerID(of: $0) }.max() ?? -1) + 1)
        return (next..<next + Self.room).map { LeafWorker(toCome: $0) }
    }

    func record(of worker: LeafWorker, over own: WorkerRecord?) -> WorkerRecord {
        worker.record(over: own, retiredAfter: retiredAfter)
    }
}
