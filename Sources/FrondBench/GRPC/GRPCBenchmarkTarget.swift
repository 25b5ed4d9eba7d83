/// An address to be measured, taken apart.
struct GRPCBenchmarkTarget: Hashable, Sendable {
    let host: String
    let port: Int
    /// The address as reports show it.
    let url: String

    /// - Throws: ``HTTPBenchmarkError/Code/invalidURL``, naming the address.
    init(_ address: String) throws(HTTPBenchmarkError) {
        let scheme = "grpc://"
        let rest = address.hasPrefix(scheme) ? address.dropFirst(scheme.count) : Substring(address)
        let colon = rest.lastIndex(of: ":")
        let port = colon.flatMap { Int(rest[rest.index(after: $0)...]) }
        var host = colon.map { rest[..<$0] } ?? ""
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard let port, (1...65535).contains(port), !host.isEmpty, !host.contains("/") else {
            throw HTTPBenchmarkError(
                code: .invalidURL, message: "'\(address)' cannot be measured: an address is host:port")
        }
        self.host = String(host)
        self.port = port
        url = scheme + rest
    }
}
