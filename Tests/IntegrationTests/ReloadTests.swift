import AsyncHTTPClient
import Foundation
import FrondTesting
import NIOCore
import NIOHTTP1
import NIOSSL
import TestServers
import Testing

@Suite("Settings that are read anew", .timeLimit(.minutes(5)))
struct ReloadTests {
    let directory: TemporaryDirectory
    private let config: String

    init() throws {
        directory = try TemporaryDirectory()
        config = directory.path + "/frond.yaml"
    }

    private func write(_ text: String) throws {
        try text.write(toFile: config, atomically: true, encoding: .utf8)
    }

    private func start(_ text: String) async throws -> FrondServerProcess {
        try write(text)
        return try await FrondServerProcess.start(in: directory, ["--config", config])
    }

    private func reload(_ server: FrondServerProcess) async -> (status: Int32, output: String) {
        await frond("reload", "--url", server.url)
    }

    @Test("frond reload uses what can change, and names what needs a restart")
    func reloads() async throws {
        let server = try await start("log: { level: info }\n")
        let origin: HTTPHeaders = ["origin": "https://shop.example"]
        var answer = try await server.get("/api/segment/get/order", headers: origin)
        #expect(answer.headers.first(name: "access-control-allow-origin") == nil)
        try write("http: { cors: { origins: [https://shop.example] }, maxCount: 5 }\nlog: { level: debug }\n")
        let (status, output) = await reload(server)
        #expect(status == 0, "\(output)")
        #expect(output.contains("changed: log.level, http.cors.origins"), "\(output)")
        #expect(output.contains("need a restart: http.maxCount"), "\(output)")
        // Also where the connection remembers the same bytes.
        for _ in 0..<3 {
            answer = try await server.get("/api/segment/get/order", headers: origin)
            #expect(answer.headers.first(name: "access-control-allow-origin") == "https://shop.example")
        }
        #expect(try await server.get("/api/segment/get/order?count=6").status == 200)
        #expect(await server.stop() == 0)
        #expect(server.process.printed.contains("action=reload"), "\(server.process.printed)")
    }

    @Test("a wrong setting, or a file that cannot be used, keeps all as it was and says why")
    func wrong() async throws {
        let server = try await start("http: { cors: { origins: https://shop.example } }\n")
        for text in [
            "http: { cors: { origins: shop } }\n",
            "http: { cors: { origins: https://a.example } }\nlog: { level: loud }\n",
            "colour: red\n", "a: [\n",
            "http: { cors: { origins: https://a.example } }\nauth: { tokens: /nowhere }\n",
        ] {
            try write(text)
            let (status, output) = await reload(server)
            #expect(status == 78 && output.contains("stay as they were"), "\(status) \(output)")
        }
        let answer = try await server.get("/api/id/order", headers: ["origin": "https://shop.example"])
        #expect(answer.headers.first(name: "access-control-allow-origin") == "https://shop.example")
        #expect(await server.stop() == 0)
    }

    @Test("SIGHUP reads the settings anew, and says in the log what came of it")
    func hangup() async throws {
        let server = try await start("tags: { autoCreate: true }\n")
        try write("http: { cors: { origins: '*' } }\n")
        server.process.signal(SIGHUP)
        _ = try await server.process.waitForLine(containing: "the settings were read anew")
        let answer = try await server.get("/api/id/order", headers: ["origin": "https://any.example"])
        #expect(answer.headers.first(name: "access-control-allow-origin") == "*")
        try write("log: { level: loud }\n")
        server.process.signal(SIGHUP)
        let line = try await server.process.waitForLine(containing: "cannot be read anew")
        #expect(line.contains("log.level: 'loud'"), "\(line)")
        #expect(try await server.nextID() == 2)
        #expect(await server.stop() == 0)
    }

    @Test("a certificate that is replaced is shown to new connections by itself; a broken one is not")
    func certificates() async throws {
        let first = try await TestCertificates.make()
        let second = try await TestCertificates.make()
        let (certificate, key) = (directory.path + "/tls.crt", directory.path + "/tls.key")
        func replace(_ pair: TestCertificates) throws {
            for (from, to) in [(pair.server, certificate), (pair.serverKey, key)] {
                try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: to))
            }
        }
        try replace(first)
        let server = try await FrondServerProcess.start(
            in: directory, ["--set", "tls.certificate=\(certificate)", "--set", "tls.key=\(key)"], scheme: "https")
        #expect(await isTrusted(server, first.authority))
        try Data("no certificate".utf8).write(to: URL(fileURLWithPath: certificate))
        _ = try await server.process.waitForLine(containing: "the last one stays in use")
        #expect(await isTrusted(server, first.authority))
        try replace(second)
        try await waitUntil("the second is shown") { await isTrusted(server, second.authority) }
        #expect(await !isTrusted(server, first.authority))
        #expect(await server.stop() == 0)
    }

    private func isTrusted(_ server: FrondServerProcess, _ authority: String) async -> Bool {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(authority)
        let client = HTTPClient(configuration: HTTPClient.Configuration(tlsConfiguration: tls))
        let request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/health/live")
        let isTrusted = (try? await client.execute(request, timeout: .seconds(20)))?.status == .ok
        try? await client.shutdown()
        return isTrusted
    }

    @Test("frond check says what serve would say, and exits like it")
    func check() async throws {
        let wrong = [
            "log: { level: loud }\n", "colour: red\n", "tls: { certificate: /nowhere, key: /nowhere }\n",
            "auth: { tokens: /nowhere }\n", "http: { cors: { origins: shop } }\n", "tls: { certificate: /nowhere }\n",
        ]
        for text in wrong {
            try write(text)
            let checked = await frond("check", "--config", config, "--data-dir", directory.path)
            let served = await frond("serve", "--port", "0", "--config", config, "--data-dir", directory.path)
            #expect(checked.status == served.status && checked.output == served.output, "\(checked) \(served)")
            #expect(checked.status != 0)
        }
        try write("log: { level: debug }\n")
        let folder = directory.path + "/data"
        let (status, output) = await frond("check", "--config", config, "--data-dir", folder)
        #expect(status == 0 && output.contains("the settings are right"), "\(output)")
        #expect(!FileManager.default.fileExists(atPath: folder), "it makes nothing")
    }
}
