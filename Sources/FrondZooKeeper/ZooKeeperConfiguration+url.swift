import Foundation
public import Frond

extension ZooKeeperConfiguration {
    private static let scheme = "zookeeper://"
    private static let defaultPort = 2181
    /// ZooKeeper's own bound is the size of a message; no real path is beyond these.
    private static let maxPathBytes = 512
    private static let maxPathParts = 16
    /// A live Leaf server reports every 3 seconds.
    private static let minLeafRetirement = Duration.seconds(60)
    private static let optionNames = ["sessionTimeout", "callTimeout", "leafNamespace", "leafRetiredAfter"]

    /// Reads a URL, `zookeeper://[user:password@]host[:port][,host…]/path[?option=value&…]`.
    ///
    /// The options: `sessionTimeout`, `callTimeout` and `leafRetiredAfter`, times such as `6s`, `90m` or `7d`; and
    /// `leafNamespace`, a name. What is special in a URL is written as `%` and two digits.
    /// - Throws: `invalidArgument`, naming the part that is wrong; never the password.
    public init(url: String) throws(FrondError) {
        guard url.hasPrefix(Self.scheme) else { throw .wrongURL("it does not begin with '\(Self.scheme)'") }
        let rest = url.dropFirst(Self.scheme.count)
        let query = rest.firstIndex(of: "?")
        let location = rest[..<(query ?? rest.endIndex)]
        guard let slash = location.firstIndex(of: "/") else {
            throw .wrongURL("it names no path: add one, such as /frond")
        }
        let (credentials, hosts) = try Self.authority(location[..<slash])
        self.init(
            endpoints: try Self.endpoints(hosts), path: try Self.checked(path: try location[slash...].percentDecoded()),
            credentials: credentials)
        if let query { try read(options: rest[rest.index(after: query)...]) }
    }

    private static func authority(
        _ text: Substring
    ) throws(FrondError) -> (credentials: Credentials?, hosts: Substring) {
        guard let at = text.lastIndex(of: "@") else { return (nil, text) }
        let user = text[..<at]
        guard let colon = user.firstIndex(of: ":"), colon != user.startIndex else {
            throw .wrongURL("before the '@' it must name a user and a password, as in user:password@host")
        }
        let credentials = Credentials(
            user: try user[..<colon].percentDecoded(), password: try user[user.index(after: colon)...].percentDecoded())
        guard !credentials.user.contains(":") else { throw .wrongURL("a user's name has no ':' in ZooKeeper") }
        return (credentials, text[text.index(after: at)...])
    }

    private static func endpoints(_ text: Substring) throws(FrondError) -> [String] {
        var endpoints: [String] = []
        for endpoint in text.split(separator: ",", omittingEmptySubsequences: false) {
            let hostEnd = endpoint.hasPrefix("[") ? endpoint.firstIndex(of: "]") : endpoint.firstIndex(of: ":")
            let afterHost = hostEnd.map { endpoint[$0] == "]" ? endpoint.index(after: $0) : $0 }
            let host = endpoint[..<(afterHost ?? endpoint.endIndex)]
            let port = endpoint[host.endIndex...]
            guard !host.isEmpty, host.hasPrefix("[") == host.hasSuffix("]"), !host.contains(where: { $0.isWhitespace })
            else {
                throw .wrongURL("'\(endpoint)' is not a host and port, such as zk1:2181")
            }
            if port.isEmpty {
                endpoints.append("\(host):\(defaultPort)")
            } else if port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 {
                endpoints.append("\(host):\(number)")
            } else {
                throw .wrongURL("'\(endpoint)' has no port from 1 to 65535")
            }
        }
        return endpoints
    }

    /// A path that ZooKeeper takes, without a slash at its end.
    static func checked(path: String) throws(FrondError) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.last == "" { parts.removeLast() }
        guard path.hasPrefix("/"), !parts.isEmpty else {
            throw .wrongURL("the path '\(path)' must name a node, such as /frond")
        }
        guard parts.count <= maxPathParts, path.utf8.count <= maxPathBytes else {
            throw .wrongURL("the path has more than \(maxPathParts) parts or \(maxPathBytes) bytes")
        }
        for part in parts {
            guard part != "", part != ".", part != "..", part.unicodeScalars.allSatisfy({ $0.isAllowedInNode }) else {
                throw .wrongURL("the path '\(path)' has a part that ZooKeeper does not allow: '\(part)'")
            }
        }
        guard parts.first != "zookeeper" else { throw .wrongURL("/zookeeper belongs to ZooKeeper itself") }
        return "/" + parts.joined(separator: "/")
    }

    private mutating func read(options: Substring) throws(FrondError) {
        for option in options.split(separator: "&") {
            let pair = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (name, value) = (String(pair[0]), try (pair.count > 1 ? pair[1] : "").percentDecoded())
            switch name {
            case "sessionTimeout": sessionTimeout = try Self.time(value, name, from: .seconds(1), to: .seconds(120))
            case "callTimeout": callTimeout = try Self.time(value, name, from: .milliseconds(100), to: .seconds(120))
            case "leafNamespace":
                leafNamespace = value
                _ = try LeafNamespace(name: value)
            case "leafRetiredAfter":
                leafRetiredAfter = try Self.time(value, name, from: Self.minLeafRetirement, to: .seconds(86_400 * 3650))
            case "tls", "ssl":
                throw .wrongURL(
                    "the ZooKeeper client library has no TLS on this system: leave out '\(name)', and connect by a "
                        + "tunnel where the network is not to be trusted")
            default:
                let names = Self.optionNames.joined(separator: ", ")
                throw .wrongURL("'\(name)' is not an option: there are \(names)")
            }
        }
        guard leafRetiredAfter == nil || leafNamespace != nil else {
            throw .wrongURL("leafRetiredAfter is of use with leafNamespace only")
        }
    }

    private static func time(
        _ text: String, _ name: String, from minimum: Duration, to maximum: Duration
    ) throws(FrondError) -> Duration {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [Substring: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let number = Int64(digits), let unit = units[text.dropFirst(digits.count)] else {
            throw .wrongURL("\(name): '\(text)' is not a time such as 6s or 7d")
        }
        let (milliseconds, isTooLarge) = number.multipliedReportingOverflow(by: unit)
        guard !isTooLarge, minimum <= .milliseconds(milliseconds), .milliseconds(milliseconds) <= maximum else {
            throw .wrongURL("\(name): '\(text)' is not between \(minimum) and \(maximum)")
        }
        return .milliseconds(milliseconds)
    }
}

extension Substring {
    fileprivate func percentDecoded() throws(FrondError) -> String {
        guard let decoded = removingPercentEncoding else {
            throw .wrongURL("a '%' in it is not followed by two digits of a character")
        }
        return decoded
    }
}

extension Unicode.Scalar {
    /// Returns true if ZooKeeper's own check of paths lets a name through, and it has no slash.
    var isAllowedInNode: Bool {
        switch value {
        case 0...0x1f, 0x7f...0x9f, 0xd800...0xf8ff, 0xfff0...0xffff, 0x2f: false
        default: true
        }
    }
}

extension FrondError {
    fileprivate static func wrongURL(_ reason: String) -> FrondError {
        FrondError(.invalidArgument, "the URL of ZooKeeper is wrong: \(reason)")
    }
}
