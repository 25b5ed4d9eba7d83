import Foundation
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

@Suite("The log of a server", .timeLimit(.minutes(5)))
struct LogTests {
    @Test("log.format: json writes an object a line, whatever a client sends")
    func json() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "log.format=json", "--set", "log.access=errors"])
        #expect(try await server.get("/api/id/%22%0A%1B%5B31m").status == 400)
        _ = try await server.process.waitForLine(containing: #""message":"request""#)
        #expect(await server.stop() == 0)
        let lines = server.process.printed.split(separator: "\n").filter { $0.hasPrefix("{") }
        let objects = try lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
        #expect(
            objects.allSatisfy { $0["time"] is String && $0["level"] is String && $0["logger"] as? String == "frond" })
        let request = try #require(objects.first { $0["message"] as? String == "request" })
        #expect(request["status"] as? String == "400" && request["from"] as? String == "127.0.0.1", "\(request)")
    }

    @Test(
        "log.access names each request, or those with an error, without queries and tokens",
        arguments: ["off", "errors", "all"])
    func access(level: String) async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "log.access=\(level)", "--set", "tinyid.enabled=true"])
        for _ in 0..<3 { _ = try await server.nextID() }
        _ = try await server.get("/tinyid/id/nextIdSimple?bizType=order&token=secret-token")
        _ = try await server.get("/api/id/or%20der", headers: ["authorization": "Bearer secret-token"])
        #expect(await server.stop() == 0)
        let printed = server.process.printed
        let lines = printed.split(separator: "\n").filter { $0.contains("method=GET") }
        #expect(!printed.contains("secret-token"))
        switch level {
        case "off": #expect(lines.isEmpty, "\(lines)")
        case "errors": #expect(lines.count == 1 && lines[0].contains("status=400"), "\(lines)")
        default:
            #expect(lines.count == 5, "\(lines)")
            #expect(lines.filter { $0.contains("path=/api/segment/get/order") && $0.contains("status=200") }.count == 3)
        }
    }
}
