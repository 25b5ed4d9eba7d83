import Frond

/// The worker IDs that Leaf servers of one name hold, or held.
///
/// Leaf writes a node when a server first starts and never removes it; a server that cannot reach ZooKeeper goes on
/// issuing, and one that is started again takes the worker ID it had. So each worker ID that Leaf ever gave out is
/// Leaf's, until somebody says otherwise: by removing the node, or by `leafRetiredAfter`.
struct LeafWorkers: Sendable {
    private let namespace: LeafNamespace
    private let retiredAfter: Duration?

    init(namespace: LeafNamespace, retiredAfter: Duration?) {
        self.namespace = namespace
        self.retiredAfter = retiredAfter
    }

    var path: String { namespace.path }

    func nodePath(_ name: String) -> String { namespace.nodePath(name) }

    func workerID(of name: String) -> Int64? { namespace.workerID(of: name) }

    /// What nodes say: by their names, and their contents, which are nil for one that was removed meanwhile.
    func workers(_ nodes: [(name: String, content: [UInt8]?)]) -> [LeafWorker] {
        nodes.compactMap { name, content in
            guard let content, let workerID = workerID(of: name) else { return nil }
            return LeafWorker(workerID: workerID, name: name, content: content)
        }
    }

    func record(of worker: LeafWorker, over own: WorkerRecord?) -> WorkerRecord {
        worker.record(over: own, retiredAfter: retiredAfter)
    }
}
