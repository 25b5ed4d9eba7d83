import GRPCNIOTransportHTTP2Posix

/// How the connections of a client are secured: the counterpart of `ServerTLS`.
public struct ClientTLS: Hashable, Sendable {
    /// A PEM file: servers are believed whose certificate is by one of these; nil for the system's authorities.
    public var authority: String?
    /// A PEM file: the client's own certificate, for servers that want one.
    public var certificate: String?
    /// A PEM file: the private key of ``certificate``.
    public var key: String?

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
