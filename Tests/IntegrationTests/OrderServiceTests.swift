import AsyncHTTPClient
import Foundation
import FrondTesting
import NIOCore
import NIOHTTP1
import TestServers
import Testing

@Suite("the example of a service", .timeLimit(.minutes(5)))
struct OrderServiceTests {
    @Test("numbers orders by a server, and gives back at its end what it did not use")
    func numbersOrders() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory(), ["--grpc-port", "0"])
        let address = "127.0.0.1:\(try await server.grpcPort())"
        #expect(try await orders(3, from: address) == ["1", "2", "3"])
        #expect(try await orders(2, from: address) == ["4", "5"])
        #expect(await server.stop() == 0)
    }

    private func orders(_ count: Int, from address: String) async throws -> [String] {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let process = ServerProcess(folder.appendingPathComponent("order-service").path, ["0", address])
        let line = try await process.waitForLine(containing: "listening on")
        let port = try #require(line.split(separator: ":").last)
        var ids: [String] = []
        for _ in 0..<count {
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/orders")
            request.method = .POST
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            #expect(response.status == .created)
            let body = try await response.body.collect(upTo: 1 << 16)
            ids.append(String(try #require(String(buffer: body).split(separator: "\"").dropLast().last)))
        }
        process.signal(SIGTERM)
        #expect(await process.waitForExit() == 0)
        return ids
    }
}
