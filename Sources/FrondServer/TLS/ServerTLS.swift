public import Frond
import NIOSSL

/// The certificate that a server shows, over HTTP and gRPC, and the authority of the clients that it serves.
public struct ServerTLS: Hashable, Sendable {
    /// A PEM file: the server's certificate, then the certificates between it and the root.
    public var certificate: String
    /// A PEM file: the private key of the certificate.
    public var key: String
    /// A PEM file: only clients with a certificate by one of these are served; nil for all clients.
    public var clientCA: String?

    public init(certificate: String, key: String, clientCA: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientCA = clientCA
    }

    /// Makes the context that secures connections.
    /// - Parameter protocols: the protocols that are offered by ALPN.
    /// - Throws: `invalidArgument`, naming the file that cannot be used.
    func context(protocols: [String] = ["http/1.1"]) throws(FrondError) -> NIOSSLContext {
        let chain = try Self.read(certificate, "certificate") { try NIOSSLCertificate.fromPEMFile($0) }
        let privateKey = try Self.read(key, "private key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = protocols
        if let clientCA {
            let roots = try Self.read(clientCA, "client CA") { try NIOSSLCertificate.fromPEMFile($0) }
            configuration.trustRoots = .certificates(roots)
            configuration.certificateVerification = .noHostnameVerification
        }
        return try Self.read(certificate, "certificate") { [configuration] _ in
            try NIOSSLContext(configuration: configuration)
        }
    }

    private static func read<Value>(
        _ path: String, _ name: String, _ read: (String) throws -> Value
    ) throws(FrondError) -> Value {
        do {
            return try read(path)
        } catch {
            throw FrondError(
                .invalidArgument, "the \(name) in \(path) cannot be used; it takes a PEM file that the server can read",
                cause: error)
        }
    }
}

extension FrondServer.Configuration {
    /// Reads the certificates that the server would show.
    /// - Throws: `invalidArgument`, naming the file that cannot be used.
    public func checkCertificates() throws(FrondError) {
        _ = try tls?.context()
        _ = try admin?.tls?.context()
    }
}
