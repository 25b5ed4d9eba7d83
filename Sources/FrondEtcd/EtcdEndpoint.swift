/// The address at which a member of an etcd cluster listens for clients.
public struct EtcdEndpoint: Hashable, Sendable {
    /// etcd's own.
    public static let defaultPort = 2379

    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public var host: String
    /// 1 to 65535.
    public var port: Int

    public init(host: String, port: Int = defaultPort) {
        self.host = host
        self.port = port
    }

    /// True if the host is an IPv6 address: no name has a colon.
    var isIPv6: Bool { host.contains(":") }

    /// True if the host is an IPv4 address, and not a name to look up.
    var isIPv4: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && $0.allSatisfy(\.isNumber) }
    }
}

extension EtcdEndpoint: CustomStringConvertible {
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
