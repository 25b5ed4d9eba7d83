/// The servers of a ZooKeeper, and the limits of its use.
///
/// As a URL: `zookeeper://user:password@host:2181,host2:2181/frond?sessionTimeout=6s`. The path is where the registry
/// is, and is made when the registry is initialised. With a user and a password (ZooKeeper's scheme `digest`) nodes are
/// made that no other user can read or write; without, every client can. The password crosses the network readably: the
/// client library of Debian has no TLS.
public struct ZooKeeperConfiguration: Hashable, Sendable {
    /// A name and its password. Neither is shown where this is printed.
    public struct Credentials: Hashable, Sendable {
        public var user: String
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// The servers of the ensemble as `host:port`; one of them that answers is used.
    public var endpoints: [String]
    /// The node that the registry is below, such as `/frond`.
    public var path: String
    public var credentials: Credentials?
    /// The longest silence of a server; at two thirds of this another one is looked for. Default 6 seconds;
    /// ZooKeeper itself bounds it. Nothing else depends on it, since no node goes with a session.
    public var sessionTimeout = Duration.seconds(6)
    /// The longest time of a call. Default 4 seconds.
    public var callTimeout = Duration.seconds(4)
    /// The name of the Leaf servers whose worker IDs are not to be taken, `leaf.name` in their settings; nil for none.
    ///
    /// Every worker ID that such a server ever had is left to it, and the 32 that Leaf would give out next. Leaf itself
    /// checks nothing: where more than those start while Frond runs, a worker ID may be in use twice until the next
    /// renewal of its horizon. To free the worker ID of a Leaf server that is gone for good, with its
    /// `workerID.properties`, remove its node.
    public var leafNamespace: String?
    /// The silence of a Leaf server after which its worker ID is free; nil for never, the default.
    ///
    /// A live Leaf server reports every 3 seconds, but goes on issuing where it cannot: to set this is to say that a
    /// Leaf server that has reported nothing for so long is stopped.
    public var leafRetiredAfter: Duration?

    public init(endpoints: [String], path: String, credentials: Credentials? = nil) {
        self.endpoints = endpoints
        self.path = path
        self.credentials = credentials
    }

    /// The servers, for people.
    var servers: String { endpoints.joined(separator: ",") }

    /// The servers as the client library wants them: an IPv6 address without its brackets.
    var clientAddress: String {
        endpoints.map { $0.filter { $0 != "[" && $0 != "]" } }.joined(separator: ",")
    }
}

extension ZooKeeperConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
    /// The address without user and password.
    public var description: String { "zookeeper://\(servers)\(path)" }
    public var debugDescription: String { description }
}

extension ZooKeeperConfiguration.Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "user and password" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
