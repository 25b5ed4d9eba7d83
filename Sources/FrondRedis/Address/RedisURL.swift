/// The address of Redis and the credentials for it: one server, a primary that Sentinels name, or a cluster.
///
/// - `redis://[user:][password@]host[:port][/db]`
/// - `redis+sentinel://[user:][password@]sentinel[:port][,sentinel[:port]…]/name[/db]`
/// - `redis+cluster://[user:][password@]node[:port][,node[:port]…]`
///
/// With `rediss` in the place of `redis` every connection is encrypted.
public struct RedisURL: Hashable, Sendable {
    /// The servers and the way to the one that counts.
    public var topology: Topology
    /// The user of an access list; nil for the default user.
    public var user: String?
    /// Never shown: not in ``description``, not in an error, not in a log.
    public var password: String?
    /// The number of the database: 0 or more; 0 for a cluster, which has no other.
    public var database: Int
    /// The encryption of every connection; nil for plain text.
    public var tls: TLS?

    /// The servers and the way to the one that counts.
    public enum Topology: Hashable, Sendable {
        /// One server.
        case server(RedisEndpoint)
        /// The primary of a name, which the Sentinels tell, in the order in which they are asked.
        case sentinel(Sentinels)
        /// Some nodes of a cluster; the others are found by them.
        case cluster([RedisEndpoint])
    }

    /// The Sentinels that watch a primary, and the credentials for them alone.
    public struct Sentinels: Hashable, Sendable {
        /// One or more.
        public var endpoints: [RedisEndpoint]
        /// The name of the primary, as `sentinel monitor` has it.
        public var primary: String
        /// The user of the Sentinels' access list; nil for the default user.
        public var user: String?
        /// Never shown. Nil where the Sentinels ask for no password.
        public var password: String?

        public init(endpoints: [RedisEndpoint], primary: String, user: String? = nil, password: String? = nil) {
            self.endpoints = endpoints
            self.primary = primary
            self.user = user
            self.password = password
        }
    }

    public init(
        _ topology: Topology, user: String? = nil, password: String? = nil, database: Int = 0, tls: TLS? = nil
    ) {
        self.topology = topology
        self.user = user
        self.password = password
        self.database = database
        self.tls = tls
    }

    /// The URL of one server.
    public init(host: String, port: Int = 6379, user: String? = nil, password: String? = nil, database: Int = 0) {
        self.init(
            .server(RedisEndpoint(host: host, port: port)), user: user, password: password, database: database)
    }
}

extension RedisURL: CustomStringConvertible, CustomReflectable {
    /// The URL without user, password and options.
    public var description: String {
        let scheme = tls == nil ? "redis" : "rediss"
        return switch topology {
        case .server(let endpoint): "\(scheme)://\(endpoint)/\(database)"
        case .sentinel(let sentinels):
            "\(scheme)+sentinel://\(Self.list(sentinels.endpoints))/\(sentinels.primary)/\(database)"
        case .cluster(let nodes): "\(scheme)+cluster://\(Self.list(nodes))"
        }
    }

    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }

    private static func list(_ endpoints: [RedisEndpoint]) -> String {
        endpoints.map(\.description).joined(separator: ",")
    }

    /// The servers as errors name them.
    var server: ServerName {
        switch topology {
        case .server(let endpoint): .redis(endpoint)
        case .sentinel(let sentinels):
            ServerName(
                kind: .redis, place: "'\(sentinels.primary)', named by Sentinel at \(Self.list(sentinels.endpoints))",
                isNamedBySentinel: true)
        case .cluster(let nodes): ServerName(kind: .redis, place: Self.list(nodes))
        }
    }
}

extension RedisURL.Sentinels: CustomReflectable, CustomStringConvertible {
    /// The addresses and the name, without user and password.
    public var description: String { "\(endpoints.map(\.description).joined(separator: ","))/\(primary)" }

    public var customMirror: Mirror { Mirror(self, children: ["sentinels": description]) }
}
