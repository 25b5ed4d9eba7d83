import Foundation

/// A database on its server, the user, and the bounds on waiting.
///
/// Neither ``description`` nor a dump shows the password.
public struct MySQLConfiguration: Hashable, Sendable {
    /// The protection of a connection.
    public enum Encryption: String, Hashable, Sendable, CaseIterable {
        /// In clear: on a trusted network alone.
        case off
        /// Encrypted, or no connection; the server's certificate is not checked.
        case require
        /// Encrypted, and the server's certificate must be valid for its host name.
        case verify
    }

    /// The port of a server that says nothing else.
    public static let defaultPort = 3306

    /// A name or an address.
    public var host: String
    public var port: Int
    /// Further hosts of the same database, such as the other nodes of a Galera cluster: the next is used where one does
    /// not answer or takes no writes.
    public var furtherHosts: [MySQLAddress] = []
    /// The path of the server's Unix socket, used instead of ``host``, or first where there are further hosts.
    public var socket: String?
    public var user: String
    public var password: String
    /// A file with the password, which is read anew for each new connection; ``password`` where it cannot be read.
    public var passwordFile: String?
    public var database: String
    public var encryption: Encryption
    /// A file of certificates (PEM) that the server's must come from; the system's where nil.
    public var certificateAuthority: String?
    /// The bound on the wait for a connection: whole seconds, rounded up. Default 3 seconds.
    public var connectTimeout: Duration
    /// The bound on the wait for a reply, and for a request to be taken: whole seconds, rounded up. Default 5 seconds.
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

    /// These settings with the password that holds for a new connection.
    func readingPassword() -> MySQLConfiguration {
        guard let passwordFile, let data = FileManager.default.contents(atPath: passwordFile), data.count <= 64 << 10
        else { return self }
        var text = Substring(decoding: data, as: UTF8.self)
        while let last = text.last, last.isNewline { text.removeLast() }
        var configuration = self
        if !text.isEmpty { configuration.password = String(text) }
        return configuration
    }

    /// The addresses of the server, in the order in which they are tried.
    var addresses: [MySQLAddress] {
        let hosts = [MySQLAddress.host(host, port: port)] + furtherHosts
        guard let socket else { return hosts }
        return [.socket(socket)] + (furtherHosts.isEmpty ? [] : hosts)
    }

    /// The addresses for people, such as `db-1:3306`.
    var address: String { addresses.map(\.description).joined(separator: ",") }
}

extension MySQLConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A URL without the password and the options: what people may be shown.
    public var description: String {
        let hosts = addresses.compactMap { address in
            if case .host = address { "\(address)" } else { nil }
        }
        return "mysql://\(user)@\(hosts.joined(separator: ","))/\(database)" + (socket.map { "?socket=\($0)" } ?? "")
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
