/// The paths of the nodes of a registry in ZooKeeper.
///
///     /frond                      the path of the configuration
///     /frond/origin               how the registry began: RegistryOrigin.text
///     /frond/origin/4f1c…         a node named by that beginning, which every change requires to be there
///     /frond/workers/17           the record of worker ID 17: WorkerRecord.text
///
/// Versions of nodes begin at 0 again when nodes are removed and made anew. So a change requires the node that is named
/// by the beginning it read: it is never made in a registry that was wiped and begun again meanwhile.
struct RegistryPaths: Sendable {
    let base: String

    var origin: String { "\(base)/origin" }
    var workers: String { "\(base)/workers" }

    func mark(of originID: String) -> String { "\(origin)/\(originID)" }

    func worker(_ workerID: Int64) -> String { "\(workers)/\(workerID)" }

    /// The worker ID that a node below ``workers`` is of; nil for any other name.
    func workerID(of name: String) -> Int64? {
        guard let workerID = Int64(name), workerID >= 0, String(workerID) == name else { return nil }
        return workerID
    }

    /// The base and the nodes above it, from the root down, and the folder of the records.
    var folders: [String] {
        var path = ""
        return base.split(separator: "/").map { part in
            path += "/\(part)"
            return path
        } + [workers]
    }
}
