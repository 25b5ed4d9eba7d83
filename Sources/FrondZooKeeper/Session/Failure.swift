import CZooKeeper

/// The reason why ZooKeeper did not do as asked.
enum Failure: Hashable, Sendable {
    case noNode
    case nodeExists
    case versionChanged
    /// The node's access list does not let us.
    case noRights
    /// The connection or the session ended before the answer came: whether a change was made is not known.
    case interrupted
    case other(Int32)

    init(code: Int32) {
        switch ZOO_ERRORS(code) {
        case ZNONODE: self = .noNode
        case ZNODEEXISTS: self = .nodeExists
        case ZBADVERSION: self = .versionChanged
        case ZNOAUTH: self = .noRights
        case ZCONNECTIONLOSS, ZOPERATIONTIMEOUT, ZSESSIONEXPIRED, ZSESSIONMOVED, ZCLOSING, ZINVALIDSTATE, ZTHROTTLEDOP:
            self = .interrupted
        default: self = .other(code)
        }
    }

    /// The text of the client library.
    var text: String {
        switch self {
        case .noNode: "no node"
        case .nodeExists: "node exists"
        case .versionChanged: "version changed"
        case .noRights: "not authenticated"
        case .interrupted: "connection lost"
        case .other(let code): zerror(code).map { String(cString: $0) } ?? "error \(code)"
        }
    }
}
