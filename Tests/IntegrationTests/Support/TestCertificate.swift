import TestServers
import Testing

/// A certificate for 127.0.0.1 that is its own authority, and its key.
struct TestCertificate {
    let certificate: String
    let key: String

    init(_ name: String, in directory: TemporaryDirectory) async throws {
        certificate = "\(directory.path)/\(name).pem"
        key = "\(directory.path)/\(name)-key.pem"
        let openssl = ServerProcess(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                "-keyout", key, "-out", certificate,
            ])
        try #require(await openssl.waitForExit() == 0, "\(openssl.printed)")
    }
}
