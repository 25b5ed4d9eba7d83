import Foundation
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

@Suite("The form of answers over HTTP", .timeLimit(.minutes(5)))
struct AnswerFormTests {
    private static let spring = "text/plain, application/json, application/*+json, */*"
    private static let axios = "application/json, text/plain, */*"

    @Test("Leaf's routes answer the bare decimal whatever Accept says; /api/id negotiates; ?answer decides")
    func forms() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        func body(_ path: String, _ accept: String?) async throws -> [String] {
            let answer = try await server.get(path, headers: accept.map { ["Accept": $0] } ?? [:])
            return [answer.body, answer.headers.first(name: "content-type") ?? ""]
        }
        let hot = "/api/segment/get/order"
        #expect(try await body(hot, nil) == ["1", "text/plain"])
        #expect(try await body(hot, Self.spring) == ["2", "text/plain"])
        #expect(try await body(hot, Self.axios) == ["3", "text/plain"])
        #expect(try await body(hot, "application/json") == ["4", "application/json"])
        #expect(try await body(hot, "application/*, text/*;q=0") == ["5", "application/json"])
        #expect(try await body(hot, "image/png") == ["6", "text/plain"])
        #expect(try await body(hot + "?answer=json", "*/*") == [#"{"ids":["7"],"tag":"order"}"#, "application/json"])
        #expect(try await body(hot + "?answer=text", "application/json") == ["8", "text/plain"])
        #expect(try await body(hot + "?count=2", "application/json") == ["9\n10", "text/plain"])
        #expect(try await body("/api/id/order", Self.spring) == ["11", "text/plain"])
        #expect(
            try await body("/api/id/order", "application/json, text/plain;q=0.9")
                == [#"{"ids":["12"],"tag":"order"}"#, "application/json"])
        #expect(try await body("/api/id/order?answer=text", "application/json") == ["13", "text/plain"])
        #expect(try await body("/api/uuid/get/order", "application/json")[0].count == 36)
        #expect(try await server.get(hot + "?answer=xml").status == 400)
        #expect(try await server.nextID() == 14)
    }

    @Test(
        "what is asked and cannot be done is a 400 that names it, and takes nothing",
        arguments: [
            ("/api/segment/get/order?count=2&count=3", "'count'"),
            ("/api/segment/get/order?count=2&c%6Funt=3", "'count'"),
            ("/api/segment/get/order?batchSize=5", "'batchSize'"), ("/api/id/order?size=5", "'size'"),
            ("/api/uuid/get/order?format=hex:8", "format 'hex:8'"), ("/api/segment/get/order?version=4", "'version'"),
            ("/api/id/order?version=7", "'version'"), ("/api/snowflake/decode/1?count=2", "'count'"),
            ("/decodeSnowflakeId?snowflakeId=1&snowflakeId=2", "'snowflakeId'"), ("/decodeSnowflakeId?id=1", "'id'"),
            ("/api/segment/get/order?count=%2B5", "'+5'"), ("/api/segment/get/order?answer=xml", "'xml'"),
            ("/api/segment/get/order?x%1B%5B31m=1", #"\\u{1b}[31m"#),
        ])
    func refused(path: String, text: String) async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        _ = try await server.becomesReady()
        let answer = try await server.get(path)
        #expect(answer.status == 400, "\(answer.body)")
        #expect(answer.body.contains(text), "\(answer.body)")
        #expect(try await server.nextID() == 1)
    }

    @Test("parameters that begin with an underscore are ignored")
    func cacheBusters() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        #expect(try await server.get("/api/segment/get/order?_=1&_t=2&_=3").body == "1")
        #expect(try await server.get("/api/segment/get/order?count=2&_=1").body == "2\n3")
    }

    @Test("HEAD on health is GET without the body, and takes no ID elsewhere")
    func head() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        #expect(try await server.becomesReady())
        for path in ["/health/live", "/health/ready"] {
            let get = try await server.get(path)
            let head = try await server.get(path, method: .HEAD)
            #expect(head.status == get.status)
            #expect(head.body.isEmpty)
            #expect(head.headers.first(name: "content-type") == get.headers.first(name: "content-type"))
            let options = try await server.get(path, method: .OPTIONS)
            #expect(options.status == 405)
            #expect(options.headers.first(name: "allow") == "GET, HEAD")
        }
        let raw = "HEAD /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
        let answers = try await RawConnection(port: server.port).exchange(
            raw + raw + "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", until: "never")
        #expect(answers.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
        #expect(answers.hasSuffix("\r\n\r\nlive"))
    }
}
