import Foundation
import FrondTesting
import TestServers
import Testing

/// Clients that ask for HTTP/2 with every request in the clear.
@Suite("Clients that ask for h2c", .timeLimit(.minutes(5)))
struct UpgradeClientTests {
    @Test("Java's HttpClient keeps its connection and gets one ID after the other")
    func java() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Java/Client.java")
        let client = ServerProcess("java", [program.path, server.url + "/api/segment/get/order", "20"])
        #expect(await client.waitForExit() == 0)
        let lines = client.printed.split(separator: "\n").map(String.init)
        #expect(lines == (1...20).map { "200 HTTP_1_1 kept \($0)" })
    }

    @Test("curl --http2 gets all it asks for on one connection")
    func curl() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let url = server.url + "/api/segment/get/order"
        let client = ServerProcess(
            "curl",
            ["--http2", "-sS", "-w", " %{num_connects} %{http_version}\n", url, url, url, server.url + "/health/live"])
        #expect(await client.waitForExit() == 0)
        #expect(client.printed == "1 1 1.1\n2 0 1.1\n3 0 1.1\nlive 0 1.1\n")
    }

    @Test(
        "curl --http2, Java's fields and Spring's Accept take the fast lane: their answers are those of plain requests",
        arguments: [
            ["--http2"], ["-H", "Accept: text/plain, application/json, application/*+json, */*"],
            [
                "-H", "Connection: Upgrade, HTTP2-Settings", "-H", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk", "-H",
                "Upgrade: h2c", "-H", "User-Agent: Java-http-client/17",
            ],
        ])
    func fastLane(options: [String]) async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        /// The names of the fields as they are written, which differ between the fast lane and the other routes.
        func names(_ path: String, _ options: [String] = []) async throws -> [Substring] {
            let client = ServerProcess("curl", ["-sS", "-i"] + options + [server.url + path])
            try #require(await client.waitForExit() == 0, "\(client.printed)")
            #expect(client.printed.hasPrefix("HTTP/1.1 200 OK"), "\(client.printed)")
            let head = client.printed.split(separator: "\r\n").dropFirst()
            return head.compactMap { $0.contains(": ") ? $0.prefix { $0 != ":" } : nil }
        }
        let ordinary = try await names("/api/id/order")
        let plain = try await poll("a plain request takes the fast lane") {
            let plain = try await names("/api/segment/get/order")
            return plain != ordinary ? plain : nil
        }
        for _ in 0..<5 { #expect(try await names("/api/segment/get/order", options) == plain) }
    }
}
