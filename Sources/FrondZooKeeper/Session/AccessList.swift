import CZooKeeper

/// The rights to the nodes that are made.
enum AccessList: Sendable {
    /// Everybody everything.
    case open
    /// All rights for the creator, and none for others.
    case creatorOnly

    /// Passes the list on as the client library has it, for the time of the call.
    func withVector<Result>(_ body: (UnsafePointer<ACL_vector>) -> Result) -> Result {
        var buffers = CBuffers()
        let id =
            switch self {
            case .open: Id(scheme: buffers.add("world"), id: buffers.add("anyone"))
            case .creatorOnly: Id(scheme: buffers.add("auth"), id: buffers.add(""))
            }
        var entry = ACL(perms: ZOO_PERM_ALL, id: id)
        return withUnsafeMutablePointer(to: &entry) { entry in
            var vector = ACL_vector(count: 1, data: entry)
            return withUnsafePointer(to: &vector) { body($0) }
        }
    }
}
