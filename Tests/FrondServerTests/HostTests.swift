import Frond
import NIOEmbedded
import Testing

@testable import FrondServer

@Suite("Host", .timeLimit(.minutes(5)))
struct HostTests {
    @Test(
        "is required once in HTTP/1.1, and must be one, on every way",
        arguments: [
            ("HTTP/1.1", [], false), ("HTTP/1.1", ["Host: a", "Host: a"], false),
            ("HTTP/1.1", ["host: a", "HOST: b"], false),
            ("HTTP/1.0", ["Host: a", "Host: b"], false), ("HTTP/1.1", ["Host: a b"], false),
            ("HTTP/1.1", ["Host: http://a/"], false), ("HTTP/1.1", ["Host: user@a"], false),
            ("HTTP/1.1", ["Host: a:8080"], true), ("HTTP/1.1", ["Host: [::1]:80"], true), ("HTTP/1.1", ["Host:"], true),
            ("HTTP/1.1", ["hOsT: _x.y"], true), ("HTTP/1.0", [], true),
        ] as [(String, [String], Bool)], ["/api/segment/get/order", "/health/live", "http://a/health/live"])
    func rule(request: (version: String, lines: [String], isValid: Bool), path: String) async throws {
        let server = try EmbeddedServer(try await EmbeddedServer.generators(), answersAtOnce: true)
        let lines = request.lines.map { "\($0)\r\n" }.joined()
        try server.send("GET \(path) \(request.version)\r\n\(lines)\r\n")
        let answer = try server.received()
        if request.isValid {
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
        } else {
            #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("Host"), "\(answer)")
            #expect(answer.contains("cache-control: no-store\r\n"))
            #expect(server.ordinary.requests.isEmpty)
            #expect(!server.channel.isActive)
        }
    }
}
