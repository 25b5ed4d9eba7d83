import Foundation
import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondMySQL

@Suite("Connections that cannot be listened to", .timeLimit(.minutes(5)))
struct EncryptionTests {
    /// Certificates made for the test: an authority, another that signed nothing, and a server's for `localhost`.
    private func makeCertificates(in folder: String) async throws {
        func openssl(_ arguments: String...) async throws {
            let process = ServerProcess("openssl", arguments)
            #expect(await process.waitForExit() == 0, "\(process.printed)")
        }
        for name in ["authority", "stranger"] {
            try await openssl(
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Frond test \(name)",
                "-keyout", "\(folder)/\(name)-key.pem", "-out", "\(folder)/\(name).pem")
        }
        try await openssl(
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "\(folder)/server-key.pem",
            "-out", "\(folder)/server.csr")
        try await openssl(
            "x509", "-req", "-days", "2", "-in", "\(folder)/server.csr", "-CA", "\(folder)/authority.pem", "-CAkey",
            "\(folder)/authority-key.pem", "-set_serial", "2", "-out", "\(folder)/server.pem")
    }

    private func cipher(_ configuration: MySQLConfiguration) async throws -> String {
        let rows = try await MySQLPool(configuration).run { session throws(FrondError) in
            try session.read("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        }
        return rows.first?.text("Value") ?? ""
    }

    @Test("require encrypts; verify also wants the right certificate for the right host")
    func certificates() async throws {
        let folder = try TemporaryDirectory()
        try await makeCertificates(in: folder.path)
        let server = try await MariaDBServer(options: [
            "--ssl-cert=\(folder.path)/server.pem", "--ssl-key=\(folder.path)/server-key.pem",
            "--ssl-ca=\(folder.path)/authority.pem",
        ])
        let database = try await TestDatabase.make(on: server)
        var configuration = database.configuration
        #expect(try await cipher(configuration).isEmpty)
        configuration.encryption = .require
        #expect(try await !cipher(configuration).isEmpty)

        configuration.encryption = .verify
        configuration.host = "localhost"
        configuration.certificateAuthority = "\(folder.path)/authority.pem"
        #expect(try await !cipher(configuration).isEmpty)
        try await MySQLSegmentStore(configuration).check()

        var strange = configuration
        strange.certificateAuthority = "\(folder.path)/stranger.pem"
        var elsewhere = configuration
        elsewhere.host = "127.0.0.1"
        var unknown = configuration
        unknown.certificateAuthority = nil
        for wrong in [strange, elsewhere, unknown] {
            let error = await frondError { try await MySQLSegmentStore(wrong).check() }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("no encrypted connection") == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("correct tls= and ca=") == true)
        }
    }

    @Test(
        "a server without TLS is refused where it is required",
        arguments: [
            MySQLConfiguration.Encryption.require, .verify,
        ])
    func serverWithoutTLS(encryption: MySQLConfiguration.Encryption) async throws {
        var configuration = try await TestDatabase.make().configuration
        configuration.encryption = encryption
        let error = await frondError { try await MySQLSegmentStore(configuration).check() }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.message.contains("no encrypted connection") == true, "\(error?.message ?? "")")
    }
}
