/// Which database on which server, as whom, and how patiently.
///
/// Neither ``description`` nor a dump shows the password.
public struct MySQLConfiguration: Hashable, Sendable {
    /// How a connection is kept from being listened to.
    public enum Encryption: String, Hashable, Sendable, CaseIterable {
        /// In clear: on a trusted network alone.
        case off
        /// Encrypted, or no connection; whoever answers is believed.
        case require
        /// Encrypted, and the server's certificate must be valid for its host name.
        case verify
    }

    /// The port of a server that says nothing else.
    public static let defaultPort = 3306

    /// A name or an address.
    public var host: String
    public var port: Int
    public var user: String
    public var password: String
    public var database: String
    public var encryption: Encryption
    /// A file of certificates (PEM) that the server's must come from; the system's where nil.
    public var certificateAuthority: String?
    /// How long to wait for a connection: whole seconds, rounded up. Default 3 seconds.
    public var connectTimeout: Duration
    /// How long to wait for a reply, and for a request to be taken: whole seconds, rounded up. Default 5 seconds.
    public var replyTimeout: Duration
    /// The most connections at a time: 1 to 64. Default 4.
    public var poolSize: Int

    public init(
        host: String, port: Int = defaultPort, user: String, password: String = "", database: String,
        encryption: Encryption = .off, certificateAuthority: String? = nil,
        connectTimeout: Duration = .seconds(3), replyTimeout: Duration = .seconds(5), poolSize: Int = 4
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
        self.encryption = encryption
        self.certificateAuthority = certificateAuthority
        self.connectTimeout = connectTimeout
        self.replyTimeout = replyTimeout
        self.poolSize = poolSize
    }

    /// Where the server is, such as `db-1:3306`.
    var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension MySQLConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A URL without the password and the options: what people may be shown.
    public var description: String { "mysql://\(user)@\(address)/\(database)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
