import AsyncHTTPClient
import NIOCore
import NIOSSL
import TestServers
import Testing

@Suite("frond serve with TLS", .timeLimit(.minutes(2)))
struct TLSTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func server(_ certificate: TestCertificate, clientCA: String? = nil) async throws -> FrondServerProcess {
        var settings = ["tls.certificate=\(certificate.certificate)", "tls.key=\(certificate.key)"]
        if let clientCA { settings.append("tls.clientCA=\(clientCA)") }
        return try await FrondServerProcess.start(
            in: directory, ["--grpc-port", "0"] + settings.flatMap { ["--set", $0] }, scheme: "https")
    }

    /// The body of an answer by a client that trusts one certificate and shows another, if any.
    private func get(
        _ path: String, of server: FrondServerProcess, trusting authority: String, as client: TestCertificate? = nil
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
        let certificate = try await TestCertificate("server", in: directory)
        let server = try await server(certificate)
        for expected in 1...3 {
            let body = try await get("/api/segment/get/order", of: server, trusting: certificate.certificate)
            #expect(body == "\(expected)")
        }
        #expect(try await get("/health/live", of: server, trusting: certificate.certificate) == "live")
        // In the clear there is no answer.
        await #expect(throws: (any Error).self) { try await server.get("/health/live") }
        let stranger = try await TestCertificate("stranger", in: directory)
        await #expect(throws: (any Error).self) {
            try await get("/health/live", of: server, trusting: stranger.certificate)
        }
        // The client shows a certificate of its own, which nobody asks for.
        let python = try await PythonClient(in: directory).start(
            [String(try await server.grpcPort()), certificate.certificate, stranger.certificate, stranger.key])
        #expect(await python.waitForExit() == 0, "\(python.printed)")
        #expect(await server.stop() == 0)
    }

    @Test("serves only clients with a certificate by the authority that is set")
    func clientCertificates() async throws {
        let certificate = try await TestCertificate("server", in: directory)
        let client = try await TestCertificate("client", in: directory)
        let stranger = try await TestCertificate("stranger", in: directory)
        let server = try await server(certificate, clientCA: client.certificate)
        let body = try await get(
            "/api/segment/get/order", of: server, trusting: certificate.certificate, as: client)
        #expect(body == "1")
        for other in [nil, stranger] {
            await #expect(throws: (any Error).self) {
                try await get("/health/live", of: server, trusting: certificate.certificate, as: other)
            }
        }
        let port = String(try await server.grpcPort())
        let python = try await PythonClient(in: directory)
        let known = python.start([port, certificate.certificate, client.certificate, client.key])
        #expect(await known.waitForExit() == 0, "\(known.printed)")
        let unknown = python.start([port, certificate.certificate, stranger.certificate, stranger.key])
        #expect(await unknown.waitForExit() == 1)
        #expect(unknown.printed.contains("UNAVAILABLE"), "\(unknown.printed)")
        #expect(await server.stop() == 0)
    }

    @Test("does not begin with files that it cannot use, and names them")
    func badFiles() async throws {
        let certificate = try await TestCertificate("server", in: directory)
        let other = try await TestCertificate("other", in: directory)
        let pairs = [
            ("/nowhere.pem", certificate.key, "/nowhere.pem"),
            (certificate.certificate, "/nowhere.pem", "/nowhere.pem"),
            (certificate.key, certificate.key, certificate.key),
            (certificate.certificate, other.key, certificate.certificate),
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
