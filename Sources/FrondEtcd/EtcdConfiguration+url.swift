public import Frond

extension EtcdConfiguration {
    /// The scheme of the URL of an etcd.
    public static let scheme = "etcd://"

    private static let form =
        "etcd://[user:password@]host:port[,host:port…]/prefix[?tls=true&ca=FILE&cert=FILE&key=FILE&timeout=2s]"

    /// Reads `etcd://[user:password@]host:port[,host:port…]/prefix?tls=…&ca=FILE&cert=FILE&key=FILE&timeout=2s`.
    ///
    /// What is left out: port 2379, prefix `frond`. User, password and options are percent-decoded. `ca`, `cert` and
    /// `key` imply `tls=true`; `cert` and `key` come together.
    /// - Throws: `invalidArgument`, which names the part and never the password.
    public init(url: String) throws(FrondError) {
        guard url.hasPrefix(Self.scheme) else {
            throw Self.wrong("it does not begin with '\(Self.scheme)'")
        }
        var rest = url.dropFirst(Self.scheme.count)
        let query = Self.cut(&rest, from: "?")
        let path = Self.cut(&rest, from: "/")
        var user: User?
        if let at = rest.lastIndex(of: "@") {
            user = try Self.user(rest[..<at])
            rest = rest[rest.index(after: at)...]
        } else if path?.contains("@") == true || query?.contains("@") == true {
            // Perhaps the end of a password: nothing of it is shown.
            throw Self.wrong("'@' follows '/' or '?': what user, password and options have of these is percent-encoded")
        }
        var endpoints: [EtcdEndpoint] = []
        for text in rest.split(separator: ",", omittingEmptySubsequences: false) {
            let endpoint = try Self.endpoint(text)
            guard !endpoints.contains(endpoint) else { throw Self.wrong("\(endpoint) stands there twice") }
            endpoints.append(endpoint)
        }
        let options = try Self.options(query ?? "")
        self.init(
            endpoints: endpoints, prefix: try Self.prefix(path ?? ""), user: user, tls: try Self.tls(options),
            timeout: try Self.timeout(options["timeout"]))
    }

    /// Cuts off what follows the first such character, and the character.
    private static func cut(_ text: inout Substring, from separator: Character) -> Substring? {
        guard let index = text.firstIndex(of: separator) else { return nil }
        defer { text = text[..<index] }
        return text[text.index(after: index)...]
    }

    private static func wrong(_ what: String) -> FrondError {
        FrondError(.invalidArgument, "the URL of etcd is invalid: \(what): write \(form)")
    }

    private static func user(_ text: Substring) throws(FrondError) -> User {
        guard let colon = text.firstIndex(of: ":"), let name = decoded(text[..<colon]), !name.isEmpty,
            let password = decoded(text[text.index(after: colon)...]), !password.isEmpty
        else {
            throw wrong("what stands before '@' is not 'user:password', percent-encoded")
        }
        return User(name: name, password: password)
    }

    private static func endpoint(_ text: Substring) throws(FrondError) -> EtcdEndpoint {
        guard !text.isEmpty else { throw wrong("the name of a host is missing") }
        guard text.hasPrefix("[") else {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard !parts[0].isEmpty, parts[0].utf8.allSatisfy(isHostByte) else {
                throw wrong("'\(text)' is not host:port, nor [IPv6 address]:port")
            }
            return EtcdEndpoint(
                host: String(parts[0]), port: try port(parts.count > 1 ? parts[1] : nil, of: text))
        }
        guard let end = text.firstIndex(of: "]"), case let host = text[text.index(after: text.startIndex)..<end],
            host.contains(":"), host.utf8.allSatisfy(isIPv6Byte)
        else {
            throw wrong("'\(text)' is not [IPv6 address]:port")
        }
        let rest = text[text.index(after: end)...]
        guard rest.isEmpty || rest.hasPrefix(":") else { throw wrong("'\(text)' is not [IPv6 address]:port") }
        return EtcdEndpoint(host: String(host), port: try port(rest.isEmpty ? nil : rest.dropFirst(), of: text))
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static func port(_ text: Substring?, of endpoint: Substring) throws(FrondError) -> Int {
        guard let text else { return EtcdEndpoint.defaultPort }
        guard let port = Int(text), (1...65535).contains(port) else {
            throw wrong("the port of '\(endpoint)' is not a number from 1 to 65535")
        }
        return port
    }

    private static func prefix(_ path: Substring) throws(FrondError) -> String {
        guard !path.isEmpty else { return "frond" }
        let prefix = String(path)
        guard isPrefix(prefix) else {
            throw wrong(
                "the prefix '\(prefix)' has other characters than A–Z a–z 0–9 . _ : - and single slashes between them")
        }
        return prefix
    }

    private static func options(_ query: Substring) throws(FrondError) -> [String: String] {
        var options: [String: String] = [:]
        for text in query.split(separator: "&") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard ["tls", "ca", "cert", "key", "timeout"].contains(name) else {
                throw wrong("unknown option '\(name)'")
            }
            guard parts.count == 2, let value = decoded(parts[1]), !value.isEmpty, options[name] == nil else {
                throw wrong("option '\(name)' has no value, more than one, or one that is not percent-encoded")
            }
            options[name] = value
        }
        return options
    }

    private static func tls(_ options: [String: String]) throws(FrondError) -> TLS? {
        let client: TLS.Client?
        switch (options["cert"], options["key"]) {
        case (let certificate?, let key?): client = TLS.Client(certificateFile: certificate, keyFile: key)
        case (nil, nil): client = nil
        default: throw wrong("options 'cert' and 'key' come together")
        }
        let hasFiles = client != nil || options["ca"] != nil
        switch options["tls"] {
        case "true": return TLS(authorityFile: options["ca"], client: client)
        case nil where hasFiles: return TLS(authorityFile: options["ca"], client: client)
        case nil: return nil
        case "false" where !hasFiles: return nil
        case "false": throw wrong("'ca', 'cert' and 'key' need encryption; leave them out, or leave out tls=false")
        default: throw wrong("option 'tls' is neither true nor false")
        }
    }

    /// A whole number of `ms` or `s`.
    private static func timeout(_ text: String?) throws(FrondError) -> Duration {
        guard let text else { return .seconds(2) }
        let digits = text.prefix(while: \.isNumber)
        guard let number = Int(digits), (1...600_000).contains(number) else {
            throw wrong("the timeout '\(text)' is not a time such as 2s or 500ms")
        }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(number)
        case "s" where number <= 600: return .seconds(number)
        default: throw wrong("the timeout '\(text)' is not a time such as 2s or 500ms, of 10 minutes at most")
        }
    }

    /// Undoes percent-encoding; nil for text that is not so encoded, or not UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy(isHexByte), let value = UInt8(Substring(digits), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isHexByte(_ byte: UInt8) -> Bool {
        isIPv6Byte(byte) && byte != UInt8(ascii: ".") && byte != UInt8(ascii: ":")
    }
}
