/// An address of a database server: a host and a port, or a Unix socket on this machine.
public enum MySQLAddress: Hashable, Sendable {
    /// A name or an address of the network.
    case host(String, port: Int)
    /// The path of a Unix socket.
    case socket(String)
}

extension MySQLAddress: CustomStringConvertible {
    /// The address for people, such as `db-1:3306`.
    public var description: String {
        switch self {
        case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): path
        }
    }
}
