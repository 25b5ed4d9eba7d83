import Frond

/// The nodes where the Leaf 1.0 servers of one name keep their worker IDs: a persistent sequential node each,
/// `/snowflake/NAME/forever/ip:port-0000000007`, where the number is the worker ID.
struct LeafNamespace: Hashable, Sendable {
    let path: String

    /// - Throws: `invalidArgument` for a name that cannot be a node.
    init(name: String) throws(FrondError) {
        guard !name.isEmpty, name != ".", name != "..", name.unicodeScalars.allSatisfy({ $0.isAllowedInNode }) else {
            throw FrondError(
                .invalidArgument,
                "leafNamespace: '\(name)' is not a name: give the setting leaf.name of the Leaf servers")
        }
        path = "/snowflake/\(name)/forever"
    }

    /// The worker ID of the server that has a node, read as Leaf itself reads it; nil where Leaf would not start by it.
    func workerID(of name: String) -> Int64? {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 1, let workerID = Int64(parts[1]), workerID >= 0 else { return nil }
        return workerID
    }

    func nodePath(_ name: String) -> String { "\(path)/\(name)" }
}
