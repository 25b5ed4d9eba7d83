public import Frond

extension MySQLConfiguration {
    /// Reads a URL: `mysql://user:password@host:port/database?tls=verify`, or the same with `mariadb://`.
    ///
    /// Several hosts of one database are parted by commas, each with its own port: `host1,host2:3307`. User, password,
    /// database and options are percent-decoded. Options: `socket` (the path of a Unix socket), `tls` (off, require,
    /// verify), `ca` (a file of certificates), `connect-timeout` and `timeout` (whole seconds, 1 to 3600), `pool`
    /// (connections, 1 to 64).
    /// - Throws: `invalidArgument`, which names the part that is wrong and never the password.
    public init(url: String) throws(FrondError) {
        guard let scheme = ["mysql://", "mariadb://"].first(where: { url.hasPrefix($0) }) else {
            throw Self.bad("it does not begin with mysql:// or mariadb://")
        }
        let (location, query) = Self.split(url.dropFirst(scheme.count), at: "?")
        let (authority, path) = Self.split(location, at: "/")
        guard let path, !path.isEmpty else {
            throw Self.bad("it names no database: put it after the host, as in host:3306/frond")
        }
        // The last @: one in a password that was not encoded does no harm.
        guard let at = authority.lastIndex(of: "@") else {
            throw Self.bad("it names no user: put user:password@ before the host")
        }
        let (user, password) = Self.split(authority[..<at], at: ":")
        let options = (query ?? "").split(separator: "&").map { Self.split($0, at: "=") }
        let hosts = try Self.hosts(
            authority[authority.index(after: at)...], mayBeEmpty: options.contains { $0.0 == "socket" })
        self.init(
            host: hosts[0].host, port: hosts[0].port, user: try Self.decoded(user, "the user"),
            password: try Self.decoded(password ?? "", "the password"),
            database: try Self.decoded(path, "the database"))
        guard !self.user.isEmpty else { throw Self.bad("it names no user: put user:password@ before the host") }
        guard !self.database.contains("/") else { throw Self.bad("there is more after the database than ?options") }
        furtherHosts = hosts.dropFirst().map { .host($0.host, port: $0.port) }
        for (name, value) in options {
            try set(String(name), try Self.decoded(value ?? "", "option \(name)"))
        }
        guard certificateAuthority == nil || encryption == .verify else {
            throw Self.bad("ca is for tls=verify alone")
        }
    }

    private mutating func set(_ option: String, _ value: String) throws(FrondError) {
        switch option {
        case "socket":
            guard value.hasPrefix("/") else {
                throw Self.bad("socket is '\(value)': give the whole path, such as /run/mysqld/mysqld.sock")
            }
            socket = value
        case "tls":
            guard let encryption = Encryption(rawValue: value) else {
                throw Self.bad("tls is '\(value)': off, require or verify are known")
            }
            self.encryption = encryption
        case "ca":
            guard !value.isEmpty else { throw Self.bad("ca names no file") }
            certificateAuthority = value
        case "connect-timeout": connectTimeout = .seconds(try Self.number(option, value, 1...3600))
        case "timeout": replyTimeout = .seconds(try Self.number(option, value, 1...3600))
        case "pool": poolSize = try Self.number(option, value, 1...64)
        default:
            throw Self.bad("option '\(option)' is not known: socket, tls, ca, connect-timeout, timeout and pool are")
        }
    }

    private static func number(_ name: String, _ text: String, _ range: ClosedRange<Int>) throws(FrondError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw bad("\(name) is '\(text)', not \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// - Parameter mayBeEmpty: true where a socket leads to the server.
    private static func hosts(
        _ text: Substring, mayBeEmpty: Bool
    ) throws(FrondError) -> [(host: String, port: Int)] {
        if text.isEmpty, mayBeEmpty { return [("localhost", defaultPort)] }
        var hosts: [(host: String, port: Int)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let (host, port) = try hostAndPort(part)
            guard !hosts.contains(where: { $0 == (host, port) }) else { throw bad("it names host '\(part)' twice") }
            hosts.append((host, port))
        }
        return hosts
    }

    private static func hostAndPort(_ text: Substring) throws(FrondError) -> (String, Int) {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw bad("'\(text)' is not a host and a port") }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw bad("'\(text)' is not a host and a port") }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            (host, port) = split(text, at: ":")
        }
        guard !host.isEmpty else { throw bad("it names no host") }
        guard let port else { return (String(host), defaultPort) }
        return (String(host), try number("the port", String(port), 1...65_535))
    }

    private static func split(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }

    private static func decoded(_ text: Substring, _ what: String) throws(FrondError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw bad("\(what) has a % that two hexadecimal digits do not follow: write % itself as %25")
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw bad("\(what) is not text once it is decoded")
        }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func bad(_ fault: String) -> FrondError {
        FrondError(
            .invalidArgument, "not a database's URL, mysql://user:password@host:port/database?tls=verify: \(fault)")
    }
}
