public import Frond

extension RedisURL {
    private enum Shape: String {
        case server = ""
        case sentinel = "+sentinel"
        case cluster = "+cluster"

        var defaultPort: Int { self == .sentinel ? 26379 : 6379 }

        var form: String {
            switch self {
            case .server: "redis://[user:][password@]host:port/db"
            case .sentinel: "redis+sentinel://[user:][password@]sentinel:port,sentinel:port/name/db"
            case .cluster: "redis+cluster://[user:][password@]node:port,node:port"
            }
        }

        var options: [String] {
            ["ca", "cert", "key"] + (self == .sentinel ? ["sentinelUser", "sentinelPassword"] : [])
        }
    }

    /// Reads a URL; user, password and options may be percent-encoded, and an IPv6 address stands in brackets. What
    /// stands before `@` without a colon is the password, as in `redis://secret@host`.
    ///
    /// Options follow `?`: `ca=FILE`, `cert=FILE` and `key=FILE` of an encrypted connection, all PEM; `sentinelUser`
    /// and `sentinelPassword` for the Sentinels.
    /// - Throws: `invalidArgument`, naming the part that is wrong; never with a password.
    public init(_ text: String) throws(FrondError) {
        guard let scheme = text.firstRange(of: "://") else {
            throw Self.refusal("the URL of Redis has no scheme: write \(Shape.server.form)")
        }
        let (shape, isEncrypted) = try Self.shape(text[..<scheme.lowerBound])
        var rest = text[scheme.upperBound...]
        let (user, password) = try Self.takeCredentials(from: &rest)
        let options = try Self.takeOptions(from: &rest, of: shape)
        let path = rest.firstIndex(of: "/").map { rest[$0...].dropFirst() } ?? ""
        let endpoints = try Self.endpoints(rest.prefix { $0 != "/" }, of: shape)
        let tls = try Self.tls(options, isEncrypted: isEncrypted)
        switch shape {
        case .server:
            self.init(.server(endpoints[0]), database: try Self.database(path))
        case .sentinel:
            let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty else {
                throw Self.refusal("the URL of Redis names no primary for its Sentinels: write \(shape.form)")
            }
            let sentinels = Sentinels(
                endpoints: endpoints, primary: String(name), user: options["sentinelUser"],
                password: options["sentinelPassword"])
            self.init(.sentinel(sentinels), database: try Self.database(parts.count > 1 ? parts[1] : ""))
        case .cluster:
            guard try Self.database(path) == 0 else {
                throw Self.refusal(
                    "database /\(path) in the URL of Redis: a cluster has database 0 alone; leave it out")
            }
            self.init(.cluster(endpoints))
        }
        (self.user, self.password, self.tls) = (user, password, tls)
    }

    private static func shape(_ scheme: Substring) throws(FrondError) -> (Shape, isEncrypted: Bool) {
        let isEncrypted = scheme.hasPrefix("rediss")
        guard scheme.hasPrefix("redis"), let shape = Shape(rawValue: String(scheme.dropFirst(isEncrypted ? 6 : 5)))
        else {
            throw refusal(
                "'\(scheme)' is not a scheme of Redis: write redis://, rediss://, redis+sentinel:// or redis+cluster://"
            )
        }
        return (shape, isEncrypted)
    }

    private static func takeCredentials(
        from rest: inout Substring
    ) throws(FrondError) -> (user: String?, password: String?) {
        guard let at = rest.lastIndex(of: "@") else { return (nil, nil) }
        let credentials = rest[..<at]
        if let query = credentials.firstIndex(of: "?"), credentials[query...].contains("=") {
            // A password, or options: nothing of it is shown.
            throw refusal("'@' follows '?' in the URL of Redis: write ? in a password as %3F and @ in an option as %40")
        }
        rest = rest[rest.index(after: at)...]
        let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let password = parts.last?.percentDecoded
        let user = parts.count == 2 ? parts[0].percentDecoded : ""
        guard let password, let user else {
            throw refusal("the user or the password in the URL of Redis is not percent-encoded: write % as %25")
        }
        return (user.isEmpty ? nil : user, password.isEmpty ? nil : password)
    }

    // MARK: Options

    private static func takeOptions(
        from rest: inout Substring, of shape: Shape
    ) throws(FrondError) -> [String: String] {
        guard let mark = rest.firstIndex(of: "?") else { return [:] }
        let query = rest[rest.index(after: mark)...]
        rest = rest[..<mark]
        var options: [String: String] = [:]
        for text in query.split(separator: "&") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard shape.options.contains(name) else {
                throw refusal(
                    "unknown option '\(name)' in the URL of Redis: this one takes "
                        + shape.options.joined(separator: ", "))
            }
            guard parts.count == 2, let value = parts[1].percentDecoded, !value.isEmpty, options[name] == nil else {
                throw refusal(
                    "option '\(name)' in the URL of Redis has no value, more than one, or one that is not "
                        + "percent-encoded")
            }
            options[name] = value
        }
        return options
    }

    private static func tls(_ options: [String: String], isEncrypted: Bool) throws(FrondError) -> TLS? {
        guard isEncrypted else {
            guard let name = ["ca", "cert", "key"].first(where: { options[$0] != nil }) else { return nil }
            throw refusal("option '\(name)' in the URL of Redis needs encryption: write rediss in place of redis")
        }
        switch (options["cert"], options["key"]) {
        case (let certificate?, let key?):
            return TLS(
                authorityFile: options["ca"], client: TLS.Client(certificateFile: certificate, keyFile: key))
        case (nil, nil): return TLS(authorityFile: options["ca"])
        default: throw refusal("options 'cert' and 'key' in the URL of Redis come together: give both, or neither")
        }
    }

    // MARK: Addresses

    private static func database(_ text: Substring) throws(FrondError) -> Int {
        if text.isEmpty { return 0 }
        guard let number = Int(text), number >= 0 else {
            throw refusal("'\(text)' in the URL of Redis is not a database: write its number, such as /0")
        }
        return number
    }

    private static func endpoints(_ text: Substring, of shape: Shape) throws(FrondError) -> [RedisEndpoint] {
        var endpoints: [RedisEndpoint] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let endpoint = try endpoint(part, of: shape)
            guard !endpoints.contains(endpoint) else {
                throw refusal("\(endpoint) stands in the URL of Redis twice: leave it out once")
            }
            endpoints.append(endpoint)
        }
        guard shape != .server || endpoints.count == 1 else {
            throw refusal(
                "the URL of Redis names \(endpoints.count) servers: write redis+cluster:// for a cluster, "
                    + "redis+sentinel:// for Sentinels, or one server")
        }
        return endpoints
    }

    private static func endpoint(_ text: Substring, of shape: Shape) throws(FrondError) -> RedisEndpoint {
        var host = text
        var port = Substring("\(shape.defaultPort)")
        if let close = text.lastIndex(of: "]"), text.first == "[" {
            host = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            if after.first == ":" { port = after.dropFirst() } else if !after.isEmpty { port = after }
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw refusal("the URL of Redis names no host: write \(shape.form)") }
        guard let number = Int(port), (1...65535).contains(number) else {
            throw refusal("'\(port)' in the URL of Redis is not a port: 1 to 65535")
        }
        return RedisEndpoint(host: String(host), port: number)
    }

    private static func refusal(_ message: String) -> FrondError { FrondError(.invalidArgument, message) }
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
