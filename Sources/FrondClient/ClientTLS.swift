import GRPCNIOTransportHTTP2Posix

/// The security of a client's connections: the counterpart of `ServerTLS`.
public struct ClientTLS: Hashable, Sendable {
    /// A PEM file of the authorities whose servers are trusted; nil for the authorities of the system.
    public var authority: String?
    /// A PEM file with the client's own certificate, for servers that require one.
    public var certificate: String?
    /// A PEM file with the private key of ``certificate``.
    public var key: String?

    /// Creates settings of which each may be nil.
    public init(authority: String? = nil, certificate: String? = nil, key: String? = nil) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }

    var security: HTTP2ClientTransport.Posix.TransportSecurity {
        .tls { tls in
            if let authority { tls.trustRoots = .certificates([.file(path: authority, format: .pem)]) }
            if let certificate { tls.certificateChain = [.file(path: certificate, format: .pem)] }
            if let key { tls.privateKey = .file(path: key, format: .pem) }
        }
    }
}
