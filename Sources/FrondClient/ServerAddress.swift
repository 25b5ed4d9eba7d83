public import Frond
import GRPCNIOTransportHTTP2Posix

/// The gRPC address of a server, such as `10.0.0.7:9090`.
public struct ServerAddress: Hashable, Sendable {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public var host: String
    /// 1 to 65535.
    public var port: Int

    /// Creates an address from its parts.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Parameter text: `host:port`, an IPv6 address in brackets; `grpc://` may stand before it.
    /// - Throws: `invalidArgument`, naming the text.
    public init(_ text: String) throws(FrondError) {
        let scheme = "grpc://"
        let rest = text.hasPrefix(scheme) ? text.dropFirst(scheme.count) : Substring(text)
        guard let colon = rest.lastIndex(of: ":") else { throw Self.refusal(of: text) }
        var host = rest[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let port = Int(rest[rest.index(after: colon)...]), (1...65535).contains(port), !host.isEmpty,
            isBracketed || !host.contains(":"), !host.contains(where: { "/[]@?# ".contains($0) })
        else { throw Self.refusal(of: text) }
        self.init(host: String(host), port: port)
    }

    private static func refusal(of text: String) -> FrondError {
        FrondError(
            .invalidArgument, "'\(text)' is not the address of a server: use host:port, such as 127.0.0.1:9090")
    }
}

extension ServerAddress: CustomStringConvertible {
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension ServerAddress {
    /// No name has a colon.
    private var isIPv6: Bool { host.contains(":") }

    private var isIPv4: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && $0.allSatisfy(\.isNumber) }
    }

    /// Addresses are no names to look up, nor may they stand where TLS names the server that is wanted.
    var target: any ResolvableTarget {
        if isIPv6 { return .ipv6(address: host, port: port) }
        if isIPv4 { return .ipv4(address: host, port: port) }
        return .dns(host: host, port: port)
    }

    /// The address at which a server that listens on `address` is reached from elsewhere: one that listens on every
    /// address of its host, by the host's name.
    /// - Returns: nil where it does not listen for gRPC.
    init?(_ holder: WorkerHolder) {
        guard let address = try? ServerAddress(holder.grpcAddress) else { return nil }
        self = address
        if ["0.0.0.0", "::"].contains(host) { host = holder.host }
    }
}
