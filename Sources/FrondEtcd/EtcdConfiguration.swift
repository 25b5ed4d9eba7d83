public import Frond

/// The etcd that keeps a registry of worker IDs, the prefix in it, and the user that asks.
public struct EtcdConfiguration: Hashable, Sendable {
    /// The members to ask; one or more. With several, another is asked where one does not answer.
    public var endpoints: [EtcdEndpoint]
    /// The prefix of the keys, without a slash at either end: `frond` for `frond/workers/00042`.
    public var prefix: String
    /// The user; nil where etcd runs without authentication.
    public var user: User?
    /// The encryption of the connection; nil for plain text.
    public var tls: TLS?
    /// The longest time that one member may take for one answer. Default 2 seconds.
    public var timeout: Duration

    /// - Parameters:
    ///   - endpoints: must not be empty.
    ///   - prefix: of `A–Z a–z 0–9 . _ : -`, with single slashes between.
    ///   - timeout: more than nothing.
    public init(
        endpoints: [EtcdEndpoint], prefix: String = "frond", user: User? = nil, tls: TLS? = nil,
        timeout: Duration = .seconds(2)
    ) {
        precondition(!endpoints.isEmpty, "an etcd has one endpoint or more")
        precondition(Self.isPrefix(prefix), "'\(prefix)' is not a valid prefix of keys")
        precondition(timeout > .zero, "a timeout is more than nothing")
        self.endpoints = endpoints
        self.prefix = prefix
        self.user = user
        self.tls = tls
        self.timeout = timeout
    }

    /// A user of etcd. The password is never shown.
    public struct User: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        public var name: String
        public var password: String

        public init(name: String, password: String) {
            self.name = name
            self.password = password
        }

        public var description: String { name }
        public var debugDescription: String { name }
        public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
    }

    /// The files of an encrypted connection.
    public typealias TLS = TLSFiles

    /// Returns true if a text may be ``prefix``.
    static func isPrefix(_ text: String) -> Bool {
        text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                        UInt8(ascii: ":"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }
}

extension EtcdConfiguration: CustomStringConvertible {
    /// For people: as the URL, without user, password and options.
    public var description: String {
        "etcd://\(endpoints.map(\.description).joined(separator: ","))/\(prefix)"
    }
}
