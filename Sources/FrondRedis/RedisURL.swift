public import Frond

/// The address of a Redis server and the credentials for it: `redis://[user:][password@]host[:port][/db]`.
public struct RedisURL: Hashable, Sendable {
    public var host: String
    /// 1 to 65535; 6379 where the URL names none.
    public var port: Int
    /// The user of an access list; nil for the default user.
    public var user: String?
    /// Never shown: not in ``description``, not in an error, not in a log.
    public var password: String?
    /// The number of the database: 0 or more.
    public var database: Int

    public init(host: String, port: Int = 6379, user: String? = nil, password: String? = nil, database: Int = 0) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
    }

    /// Reads a URL; user and password may be percent-encoded, and an IPv6 address stands in brackets. What stands
    /// before `@` without a colon is the password, as in `redis://secret@host`.
    /// - Throws: `invalidArgument`, naming the part that is wrong; never with the password.
    public init(_ text: String) throws(FrondError) {
        guard let scheme = text.firstRange(of: "://") else {
            throw Self.refusal("the URL of Redis has no scheme: write redis://[user:][password@]host:port/db")
        }
        switch text[..<scheme.lowerBound] {
        case "redis": break
        case "rediss":
            throw Self.refusal(
                "rediss:// is not supported, since hiredis is built without TLS: use redis:// in a private network or "
                    + "through a TLS tunnel")
        default:
            throw Self.refusal("'\(text[..<scheme.lowerBound])' is not a scheme of Redis: write redis://host:port/db")
        }
        var rest = text[scheme.upperBound...]
        (user, password) = try Self.takeCredentials(from: &rest)
        database = try Self.takeDatabase(from: &rest)
        (host, port) = try Self.address(rest)
    }

    private static func takeCredentials(
        from rest: inout Substring
    ) throws(FrondError) -> (user: String?, password: String?) {
        guard let at = rest.lastIndex(of: "@") else { return (nil, nil) }
        let credentials = rest[..<at]
        rest = rest[rest.index(after: at)...]
        let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let password = parts.last?.percentDecoded
        let user = parts.count == 2 ? parts[0].percentDecoded : ""
        guard let password, let user else {
            throw refusal("the user or the password in the URL of Redis is not percent-encoded: write % as %25")
        }
        return (user.isEmpty ? nil : user, password.isEmpty ? nil : password)
    }

    private static func takeDatabase(from rest: inout Substring) throws(FrondError) -> Int {
        guard let slash = rest.firstIndex(of: "/") else { return 0 }
        let text = rest[rest.index(after: slash)...]
        rest = rest[..<slash]
        if text.isEmpty { return 0 }
        guard let number = Int(text), number >= 0 else {
            throw refusal("'\(text)' in the URL of Redis is not a database: write its number, such as /0")
        }
        return number
    }

    private static func address(_ text: Substring) throws(FrondError) -> (host: String, port: Int) {
        var host = text
        var port: Substring = "6379"
        if let close = text.lastIndex(of: "]"), text.first == "[" {
            host = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            if after.first == ":" { port = after.dropFirst() } else if !after.isEmpty { port = after }
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw refusal("the URL of Redis names no host: write redis://host:port/db") }
        guard let number = Int(port), (1...65535).contains(number) else {
            throw refusal("'\(port)' in the URL of Redis is not a port: 1 to 65535")
        }
        return (String(host), number)
    }

    private static func refusal(_ message: String) -> FrondError { FrondError(.invalidArgument, message) }
}

extension RedisURL: CustomStringConvertible, CustomReflectable {
    /// The URL without user and password.
    public var description: String { "redis://\(endpoint)/\(database)" }

    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }

    /// Host and port, as errors name the server.
    var endpoint: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Substring {
    /// Without percent-encoding; nil where a `%` is not followed by two hexadecimal digits.
    fileprivate var percentDecoded: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16) else { return nil }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
