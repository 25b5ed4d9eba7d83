/// A URL to be measured, taken apart.
struct BenchmarkTarget: Hashable, Sendable {
    /// The URL as it was given.
    let url: String
    /// A name or an address, without the brackets of an IPv6 address.
    let host: String
    let port: Int
    /// The path and query of the request line.
    let path: String
    /// Host and port as the `Host` header has them.
    let authority: String
    /// The number of IDs in each response; nil where the URL itself asks for some number.
    let expectedIDs: Int?
    /// The command to send to a RESP server; nil for HTTP.
    let command: BenchmarkCommand?
    /// The token to send; nil for none.
    let token: String?

    /// - Parameters:
    ///   - count: IDs wanted of each request; nil for what the URL asks for.
    ///   - token: the token to send; nil for none.
    /// - Throws: ``HTTPBenchmarkError/Code/invalidURL``, naming the URL.
    init(url: String, count: Int?, token: String? = nil) throws(HTTPBenchmarkError) {
        func refusal(_ reason: String) -> HTTPBenchmarkError {
            HTTPBenchmarkError(code: .invalidURL, message: "'\(url)' cannot be measured: \(reason)")
        }
        let scheme = "http://"
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw refusal("a URL has no spaces, control or non-ASCII characters: percent-encode them")
        }
        guard url.prefix(scheme.count).lowercased() == scheme else {
            throw refusal("only http:// URLs are supported")
        }
        let rest = url.dropFirst(scheme.count).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw refusal("a user name or password in the URL is not supported") }
        guard let (host, port) = Self.hostAndPort(authority) else {
            throw refusal("after http:// comes a host, and where needed a port from 1 to 65535")
        }
        let target = rest.dropFirst(authority.count)
        let path = target.hasPrefix("/") ? String(target) : "/\(target)"
        let query = path.firstIndex(of: "?").map { path[$0...].dropFirst() }
        self.url = url
        self.host = host
        self.port = port
        self.authority = String(authority)
        command = nil
        self.token = token
        if let count {
            self.path = path + (query == nil ? "?" : "&") + "count=\(count)"
            expectedIDs = count
        } else {
            self.path = path
            let asksForCount = query?.split(separator: "&").contains { $0.hasPrefix("count=") } ?? false
            expectedIDs = asksForCount ? nil : 1
        }
    }

    /// - Parameters:
    ///   - address: the address of a RESP server, `host:port`.
    ///   - command: the command to send again and again.
    ///   - token: the token to log in with; nil for none.
    /// - Throws: ``HTTPBenchmarkError/Code/invalidURL``, naming the address.
    init(address: String, command: BenchmarkCommand, token: String? = nil) throws(HTTPBenchmarkError) {
        let scheme = "resp://"
        let authority = address.hasPrefix(scheme) ? address.dropFirst(scheme.count) : Substring(address)
        guard authority.contains(":"), !authority.contains("/"), let (host, port) = Self.hostAndPort(authority) else {
            throw HTTPBenchmarkError(
                code: .invalidURL, message: "'\(address)' cannot be measured: an address is host:port")
        }
        url = scheme + authority
        (self.host, self.port) = (host, port)
        path = ""
        self.authority = String(authority)
        expectedIDs = command.count
        self.command = command
        self.token = token
    }

    private static func hostAndPort(_ authority: Substring) -> (host: String, port: Int)? {
        let host: Substring
        let rest: Substring
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            host = authority[..<bracket].dropFirst()
            rest = authority[bracket...].dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
        }
        guard !host.isEmpty else { return nil }
        if rest.isEmpty { return (String(host), 80) }
        guard rest.hasPrefix(":"), let port = Int(rest.dropFirst()), (1...65535).contains(port) else { return nil }
        return (String(host), port)
    }

    /// The bytes of one request.
    var request: String {
        let credentials = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return "GET \(path) HTTP/1.1\r\nHost: \(authority)\r\nUser-Agent: frond-bench\r\nAccept: text/plain\r\n"
            + "\(credentials)\r\n"
    }
}
