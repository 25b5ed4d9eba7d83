/// One request to ZooKeeper. Those that are sent together reach it in their order.
enum Request: Sendable {
    /// Brings the server that is asked up to date with the leader, so that what is read after it is not old.
    case sync(String)
    /// The content of a node, and its version.
    case read(String)
    /// The names of the nodes below a node.
    case children(String)
    /// Changes that are all made, or none of them.
    case change([Change])

    var path: String {
        switch self {
        case .sync(let path), .read(let path), .children(let path): path
        case .change(let changes): changes.first?.path ?? "/"
        }
    }
}

/// A change of one node.
enum Change: Sendable {
    case create(String, text: String)
    case set(String, text: String, version: Int32)
    case delete(String)
    /// Changes nothing, and fails where the node is not there.
    case require(String)

    var path: String {
        switch self {
        case .create(let path, _), .set(let path, _, _), .delete(let path), .require(let path): path
        }
    }
}

/// The reply to a request.
enum Reply: Hashable, Sendable {
    case done
    case node([UInt8], version: Int32)
    /// - Parameter made: how many there have ever been: the number of the next one that is made with a number.
    case children([String], made: Int64)
    /// - Parameter change: which of several changes was refused; nil where that is not known.
    case failed(Failure, change: Int? = nil)

    var failure: Failure? {
        if case .failed(let failure, _) = self { failure } else { nil }
    }
}
