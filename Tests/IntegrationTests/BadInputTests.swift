import Foundation
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

@Suite("Bad input over HTTP", .timeLimit(.minutes(5)))
struct BadInputTests {
    private func check(
        _ path: String, method: HTTPMethod = .GET, status: Int, code: String, mentions text: String,
        arguments: [String] = []
    ) async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory(), arguments)
        let answer = try await server.get(path, method: method)
        #expect(answer.status == status)
        #expect(answer.headers.first(name: "content-type") == "application/problem+json")
        #expect(answer.body.contains(#""type":"urn:frond:problem:\#(code)""#))
        #expect(answer.body.contains(text), "\(answer.body)")
        #expect(try await server.nextID() == 1, "nothing was used up")
    }

    @Test(
        "a tag that cannot be is a 400 that says what can",
        arguments: [
            ("/api/segment/get/", "empty"), ("/api/segment/get", "empty"),
            ("/api/segment/get/" + String(repeating: "x", count: 129), "129 characters"),
            ("/api/segment/get/a%20b", "'a b'"), ("/api/segment/get/a%2Fb", "'a/b'"), ("/api/segment/get/a/b", "'a/b'"),
            ("/api/segment/get/%F0%9F%8D%80", "is not a tag"), ("/api/segment/get/a%zz", "is not a tag"),
            ("/api/segment/get/%27", "is not a tag"),
        ])
    func tags(path: String, text: String) async throws {
        try await check(path, status: 400, code: "invalid-argument", mentions: text)
    }

    @Test(
        "a count that cannot be is a 400 that says the range",
        arguments: ["0", "-1", "abc", "10001", "", "1.5", "99999999999999999999"])
    func counts(count: String) async throws {
        try await check(
            "/api/segment/get/order?count=\(count)", status: 400, code: "invalid-argument", mentions: "1 to 10000")
    }

    @Test(
        "another method is a 405 with Allow",
        arguments: [
            HTTPMethod.POST, .PUT, .DELETE, .PATCH, .OPTIONS, .HEAD, .TRACE, .PROPFIND, .LINK, .LOCK, .MKCOL,
        ])
    func methods(method: HTTPMethod) async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let answer = try await server.get("/api/segment/get/order", method: method)
        #expect(answer.status == 405)
        #expect(answer.headers.first(name: "allow") == "GET")
        if method != .HEAD { #expect(answer.body.contains("\(method.rawValue) is not allowed")) }
        #expect(try await server.get("/nowhere", method: method).status == 404)
    }

    @Test(
        "an unknown path is a 404", arguments: ["/", "/api", "/api/segment", "/api/segment/put/order", "/favicon.ico"])
    func paths(path: String) async throws {
        try await check(path, status: 404, code: "unknown-path", mentions: path)
    }

    @Test("an unknown tag is a 404 where tags are not made on first use")
    func unknownTag() async throws {
        let directory = try TemporaryDirectory()
        let server = try await FrondServerProcess.start(in: directory, ["--set", "tags.autoCreate=false"])
        let answer = try await server.get("/api/segment/get/order")
        #expect(answer.status == 404)
        #expect(answer.body.contains("frond tag create order"))
        let created = await frond("tag", "create", "order", "--start", "100", "--data-dir", directory.path)
        #expect(created.status == 0)
        #expect(try await server.nextID() == 100)
    }

    @Test("a UUID version that is not served is a 400")
    func uuidVersion() async throws {
        try await check("/api/uuid/get/order?version=1", status: 400, code: "invalid-argument", mentions: "4 or 7")
    }
}
