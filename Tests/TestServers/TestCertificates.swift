import FrondTesting
import Testing

/// Certificates made for one test by `openssl`, all PEM: an authority, a server on loopback and a client; and another
/// authority with a client of its own, whom nobody trusts.
package final class TestCertificates: Sendable {
    private let directory: TemporaryDirectory

    package var authority: String { "\(directory.path)/authority.pem" }
    /// Of `localhost`, 127.0.0.1 and ::1.
    package var server: String { "\(directory.path)/server.pem" }
    package var serverKey: String { "\(directory.path)/server-key.pem" }
    package var client: String { "\(directory.path)/client.pem" }
    package var clientKey: String { "\(directory.path)/client-key.pem" }
    package var strangeAuthority: String { "\(directory.path)/strange-authority.pem" }
    package var strangeClient: String { "\(directory.path)/strange-client.pem" }
    package var strangeClientKey: String { "\(directory.path)/strange-client-key.pem" }

    private init(directory: TemporaryDirectory) {
        self.directory = directory
    }

    package static func make() async throws -> TestCertificates {
        let certificates = TestCertificates(directory: try TemporaryDirectory())
        for prefix in ["", "strange-"] {
            try await certificates.makeAuthority("\(prefix)authority")
            try await certificates.makeCertificate("\(prefix)client", by: "\(prefix)authority", for: "DNS:client")
        }
        try await certificates.makeCertificate(
            "server", by: "authority", for: "DNS:localhost,IP:127.0.0.1,IP:::1")
        return certificates
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private func makeAuthority(_ name: String) async throws {
        try await openssl(
            ["req", "-x509"] + Self.newKey + [
                "-keyout", "\(directory.path)/\(name)-key.pem", "-out", "\(directory.path)/\(name).pem",
                "-subj", "/CN=\(name)", "-days", "2",
            ])
    }

    private func makeCertificate(_ name: String, by authority: String, for alternatives: String) async throws {
        try await openssl(
            ["req", "-x509", "-CA", "\(directory.path)/\(authority).pem"]
                + ["-CAkey", "\(directory.path)/\(authority)-key.pem"] + Self.newKey + [
                    "-keyout", "\(directory.path)/\(name)-key.pem", "-out", "\(directory.path)/\(name).pem",
                    "-subj", "/CN=\(name)", "-days", "2",
                    "-addext", "subjectAltName=\(alternatives)", "-addext", "basicConstraints=critical,CA:FALSE",
                ])
    }

    private func openssl(_ arguments: [String]) async throws {
        let process = ServerProcess("openssl", arguments)
        let status = await process.waitForExit()
        try #require(status == 0, "openssl \(arguments): \(process.printed)")
    }
}
