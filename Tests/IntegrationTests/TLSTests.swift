import AsyncHTTPClient
import Foundation
import FrondTesting
import NIOCore
import NIOSSL
import TestServers
import Testing

@Suite("frond serve with TLS", .timeLimit(.minutes(5)))
struct TLSTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func server(
        _ certificates: TestCertificates, clientCA: String? = nil, _ more: String...
    ) async throws -> FrondServerProcess {
        var settings = ["tls.certificate=\(certificates.server)", "tls.key=\(certificates.serverKey)"] + more
        if let clientCA { settings.append("tls.clientCA=\(clientCA)") }
        return try await FrondServerProcess.start(
            in: directory, ["--grpc-port", "0"] + settings.flatMap { ["--set", $0] }, scheme: "https")
    }

    /// The body of an answer by a client that trusts one authority and shows a certificate, if any.
    private func get(
        _ path: String, of server: FrondServerProcess, trusting authority: String,
        as client: (certificate: String, key: String)? = nil
    ) async throws -> String {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(authority)
        if let client {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(client.certificate).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: client.key, format: .pem))
        }
        let http = HTTPClient(configuration: HTTPClient.Configuration(tlsConfiguration: tls))
        let outcome: Result<String, any Error>
        do {
            let request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)\(path)")
            let response = try await http.execute(request, timeout: .seconds(20))
            outcome = .success(String(buffer: try await response.body.collect(upTo: 1 << 20)))
        } catch {
            outcome = .failure(error)
        }
        try await http.shutdown()
        return try outcome.get()
    }

    @Test("answers over HTTPS by the fast lane and by the other routes, and over gRPC, with one certificate")
    func serves() async throws {
        let certificates = try await TestCertificates.make()
        let server = try await server(certificates)
        for expected in 1...3 {
            let body = try await get("/api/segment/get/order", of: server, trusting: certificates.authority)
            #expect(body == "\(expected)")
        }
        #expect(try await get("/health/live", of: server, trusting: certificates.authority) == "live")
        // In the clear there is no answer.
        await #expect(throws: (any Error).self) { try await server.get("/health/live") }
        await #expect(throws: (any Error).self) {
            try await get("/health/live", of: server, trusting: certificates.strangeAuthority)
        }
        // The client shows a certificate of its own, which nobody asks for.
        let python = try await PythonClient(in: directory).start(
            [
                String(try await server.grpcPort()), certificates.authority, certificates.strangeClient,
                certificates.strangeClientKey,
            ])
        #expect(await python.waitForExit() == 0, "\(python.printed)")
        #expect(await server.stop() == 0)
    }

    @Test("serves only clients with a certificate by the authority that is set")
    func clientCertificates() async throws {
        let certificates = try await TestCertificates.make()
        let server = try await server(certificates, clientCA: certificates.authority)
        let client = (certificate: certificates.client, key: certificates.clientKey)
        let stranger = (certificate: certificates.strangeClient, key: certificates.strangeClientKey)
        let body = try await get("/api/segment/get/order", of: server, trusting: certificates.authority, as: client)
        #expect(body == "1")
        for other in [nil, stranger] {
            await #expect(throws: (any Error).self) {
                try await get("/health/live", of: server, trusting: certificates.authority, as: other)
            }
        }
        let port = String(try await server.grpcPort())
        let python = try await PythonClient(in: directory)
        let known = python.start([port, certificates.authority, client.certificate, client.key])
        #expect(await known.waitForExit() == 0, "\(known.printed)")
        let unknown = python.start([port, certificates.authority, stranger.certificate, stranger.key])
        #expect(await unknown.waitForExit() == 1)
        #expect(unknown.printed.contains("UNAVAILABLE"), "\(unknown.printed)")
        #expect(await server.stop() == 0)
    }

    @Test(
        "knows a client by the subject of its certificate, in the place of a token", arguments: ["CN=client", "client"])
    func certificateEntries(subject: String) async throws {
        let certificates = try await TestCertificates.make()
        let tokens = directory.path + "/tokens.yaml"
        try "tokens:\n  - name: shop\n    certificate: \(subject)\n    allow: [ids:order*]\n"
            .write(toFile: tokens, atomically: true, encoding: .utf8)
        let server = try await server(certificates, clientCA: certificates.authority, "auth.tokens=\(tokens)")
        let client = (certificate: certificates.client, key: certificates.clientKey)
        for expected in 1...2 {
            let body = try await get("/api/segment/get/order", of: server, trusting: certificates.authority, as: client)
            #expect(body == "\(expected)")
        }
        let refused = try await get("/api/segment/get/user", of: server, trusting: certificates.authority, as: client)
        #expect(refused.contains("permission-denied"))
        let address = "localhost:\(try await server.grpcPort())"
        for (tag, isAllowed) in [("order", true), ("user", false)] {
            let next = await frond(
                "next", tag, "--server", address, "--ca", certificates.authority, "--cert", client.certificate, "--key",
                client.key)
            #expect((next.status == 0) == isAllowed, "\(next.output)")
        }
        #expect(await server.stop() == 0)
    }

    @Test("does not begin with files that it cannot use, and names them")
    func badFiles() async throws {
        let certificates = try await TestCertificates.make()
        let (server, key) = (certificates.server, certificates.serverKey)
        let pairs = [
            ("/nowhere.pem", key, "/nowhere.pem"), (server, "/nowhere.pem", "/nowhere.pem"), (key, key, key),
            (server, certificates.clientKey, server),
        ]
        for (chain, key, named) in pairs {
            let end = await frond(
                "serve", "--port", "0", "--data-dir", directory.path, "--set", "tls.certificate=\(chain)", "--set",
                "tls.key=\(key)")
            #expect(end.status != 0 && end.output.contains(named), "\(end.output)")
            #expect(!end.output.contains("listens"))
        }
    }
}
