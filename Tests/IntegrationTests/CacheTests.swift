import AsyncHTTPClient
import Foundation
import FrondTesting
import NIOCore
import NIOHTTP1
import TestServers
import Testing

@Suite("A shared cache in front", .timeLimit(.minutes(5)))
struct CacheTests {
    private func get(_ port: Int, _ path: String) async throws -> String {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)"), timeout: .seconds(20))
        return String(buffer: try await response.body.collect(upTo: 1 << 20))
    }

    @Test("every caller gets IDs of its own", arguments: CacheServer.Kind.allCases)
    func differentIDs(kind: CacheServer.Kind) async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let cache = try await CacheServer.start(kind, backend: server.port)
        #expect(try await server.becomesReady())
        for path in [
            "/api/segment/get/order", "/api/snowflake/get/order", "/api/uuid/get/order", "/api/id/order",
            "/api/segment/get/order?count=3", "/api/uuid/get/order?version=4", "/api/id/order?answer=json",
            "/api/segment/get/order?format=hex:9",
        ] {
            let bodies = try await withThrowingTaskGroup { tasks in
                for _ in 0..<8 { tasks.addTask { try await get(cache.port, path) } }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(bodies).count == 8, "\(path): \(bodies)")
        }
    }

    @Test("a problem is not kept: a tag that is created meanwhile is served", arguments: CacheServer.Kind.allCases)
    func problems(kind: CacheServer.Kind) async throws {
        let directory = try TemporaryDirectory()
        let server = try await FrondServerProcess.start(in: directory, ["--set", "tags.autoCreate=false"])
        let cache = try await CacheServer.start(kind, backend: server.port)
        #expect(try await get(cache.port, "/api/segment/get/order").contains("unknown-tag"))
        #expect(await frond("tag", "create", "order", "--data-dir", directory.path).status == 0)
        #expect(try await get(cache.port, "/api/segment/get/order") == "1")
    }

    @Test("every answer forbids to be stored, whatever it is an answer to")
    func everyAnswer() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        #expect(try await server.becomesReady())
        let snowflake = try await server.get("/api/snowflake/get/order").body
        for path in [
            "/api/segment/get/order", "/api/segment/get/order", "/api/segment/get/order?count=2", "/api/id/order",
            "/api/uuid/get/order", "/api/snowflake/get/order", "/api/redis/get/order", "/api/segment/get/a%20b",
            "/api/segment/get/order?x=1", "/health/live", "/health/ready", "/nowhere",
            "/api/snowflake/decode/\(snowflake)", "/api/snowflake/decode/x",
            "/decodeSnowflakeId?snowflakeId=\(snowflake)",
        ] {
            for method in [HTTPMethod.GET, .POST, .HEAD, .OPTIONS] {
                let answer = try await server.get(path, method: method)
                #expect(answer.headers["cache-control"] == ["no-store"], "\(method) \(path)")
                #expect((answer.headers.first(name: "allow") != nil) == (answer.status == 405), "\(method) \(path)")
            }
        }
        for request in ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/3.0\r\n\r\n"] {
            let answer = try await RawConnection(port: server.port).exchange(request, until: "never")
            #expect(answer.contains("\r\ncache-control: no-store\r\n"), "\(answer)")
        }
    }
}
