public import Frond
import NIOSSL

extension RedisURL {
    /// The files of an encrypted connection.
    public typealias TLS = TLSFiles

    /// Reads the files of the encryption once.
    /// - Throws: `invalidArgument`, naming the file and the option, where one cannot be used.
    public func checkFiles() throws(FrondError) {
        _ = try tls?.context()
    }
}

extension TLSFiles {
    /// Reads the files. Blocks.
    /// - Throws: `invalidArgument`, naming the file and the option.
    func context() throws(FrondError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorityFile {
            let roots = try Self.read(authorityFile, "ca") { try NIOSSLCertificate.fromPEMFile($0) }
            configuration.trustRoots = .certificates(roots)
        }
        guard let client else { return try Self.context(configuration, "ca=\(authorityFile ?? "")") }
        let chain = try Self.read(client.certificateFile, "cert") { try NIOSSLCertificate.fromPEMFile($0) }
        let key = try Self.read(client.keyFile, "key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(key)
        return try Self.context(configuration, "cert=\(client.certificateFile) and key=\(client.keyFile)")
    }

    private static func context(
        _ configuration: TLSConfiguration, _ files: String
    ) throws(FrondError) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw FrondError(
                .invalidArgument, "\(files) in the URL of Redis cannot be used: give a certificate and its own key",
                cause: error)
        }
    }

    private static func read<Value>(
        _ path: String, _ option: String, _ read: (String) throws -> Value
    ) throws(FrondError) -> Value {
        do {
            return try read(path)
        } catch {
            throw FrondError(
                .invalidArgument,
                "the file '\(path)' of \(option)=FILE in the URL of Redis cannot be used: give a PEM file that this "
                    + "user may read, a key without a password",
                cause: error)
        }
    }
}
