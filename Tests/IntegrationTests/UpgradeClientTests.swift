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
}
