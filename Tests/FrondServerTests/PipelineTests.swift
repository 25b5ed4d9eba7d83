import Frond
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import FrondServer

@Suite("The pipeline of a connection", .timeLimit(.minutes(5)))
struct PipelineTests {
    private let hot = EmbeddedServer.hot
    private let json = EmbeddedServer.get("/api/segment/get/order", "Accept: application/json")
    private let other = EmbeddedServer.get("/health/live")
    private let generators: ServedGenerators

    init() async throws {
        generators = try await EmbeddedServer.generators()
    }

    @Test("answers a repeated hot request as the first time, with the next number")
    func repeated() throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot)
        let first = try server.received()
        try server.send(hot)
        let second = try server.received()
        #expect(first.hasSuffix("\r\n\r\n2"))
        #expect(second.hasSuffix("\r\n\r\n3"))
        #expect(second.dropLast().hasSuffix(first.split(separator: "date").last?.dropFirst(30).dropLast() ?? "-"))
        #expect(server.ordinary.requests.isEmpty)
    }

    @Test("answers in the order of the requests, whichever way each takes")
    func order() throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot + hot + other + hot + json + hot)
        #expect(try server.bodies() == ["2", "3"])
        #expect(server.ordinary.waiting.map(\.uri).count == 4, "what follows an ordinary request follows it")
        server.ordinary.answer("a")
        try server.send(hot)
        #expect(try server.bodies() == ["a"], "three are still due")
        for text in ["b", "c", "d", "e"] { server.ordinary.answer(text) }
        #expect(try server.bodies() == ["b", "c", "d", "e"])
        try server.send(hot + hot)
        #expect(try server.bodies() == ["4", "5"], "the way is free again")
    }

    @Test("a request that comes in pieces is answered once it is whole", arguments: 1..<EmbeddedServer.hot.utf8.count)
    func pieces(split: Int) throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot + hot)
        let bytes = Array((hot + hot).utf8)
        try server.send(bytes[..<split])
        #expect(try server.bodies() == ["2", "3"])
        try server.send(bytes[split...])
        #expect(try server.bodies() == ["4", "5"])
        try server.send(hot)
        #expect(try server.bodies() == ["6"])
    }

    @Test(
        "what repeats a request in the middle of another one is not taken for a request",
        arguments: [
            ("GET /health/live HTTP/1.1\r\nX: ", 1),
            // Refused, since it has two Host headers.
            ("GET /health/live HTTP/1.1\r\nHost: x\r\nX: ", 0),
            ("GET /health/live HTTP/1.1\r\nHost: x\r\nX: y\r\n", 0),
            ("POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: \(EmbeddedServer.hot.utf8.count)\r\n\r\n", 1),
        ])
    func within(beginning: String, ordinaryCount: Int) throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot)
        try server.send(beginning)
        try server.send(hot)
        let bodies = try server.bodies()
        #expect(bodies.first == "2")
        #expect(!bodies.contains("3"), "no second number")
        #expect(server.ordinary.requests.count == ordinaryCount)
    }

    @Test("a hot GET with a body goes the ordinary way, body and all")
    func body() throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot + EmbeddedServer.get("/api/segment/get/order", "Content-Length: 3") + "ab")
        try server.send("c" + hot)
        #expect(server.ordinary.bodies == ["abc", ""])
        server.ordinary.answer("a")
        server.ordinary.answer("b")
        #expect(try server.bodies() == ["2", "a", "b"])
    }

    @Test("a tag that nobody asked for yet goes the ordinary way")
    func unknownTag() throws {
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        let request = EmbeddedServer.get("/api/segment/get/new")
        try server.send(request + request + hot)
        #expect(server.ordinary.requests.map(\.uri) == ["/api/segment/get/new", "/api/segment/get/new"])
        #expect(try server.bodies().last == "2")
    }

    @Test(
        "ends after the answer to a request that says so", arguments: ["close", "Close", "CLOSE", "keep-alive, close"])
    func closes(value: String) throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot + EmbeddedServer.get("/api/segment/get/order", "Connection: \(value)"))
        #expect(try server.bodies() == ["2"])
        #expect(server.channel.isActive, "the answer is due")
        server.ordinary.answer("a")
        let answer = try server.received()
        #expect(answer.contains("connection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\na"))
        #expect(!server.channel.isActive)
    }

    @Test("HTTP/1.0 is closed after the answer, unless it asks to be kept")
    func oldVersion() throws {
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        let request = "GET /api/segment/get/order HTTP/1.0\r\n"
        try server.send(request + "Connection: keep-alive\r\n\r\n")
        #expect(try server.received().contains("connection: keep-alive\r\n"))
        #expect(server.channel.isActive)
        try server.send(request + "\r\n")
        #expect(try server.received().contains("connection: close\r\n"))
        #expect(!server.channel.isActive)
    }

    @Test(
        "a request for another protocol is answered in HTTP, and so is the next one", arguments: ["h2c", "websocket"])
    func upgrade(name: String) throws {
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        try server.send(EmbeddedServer.get("/api/segment/get/order", "Connection: Upgrade", "Upgrade: \(name)"))
        #expect(try server.bodies().count == 1)
        #expect(server.channel.isActive, "the wish is ignored")
        try server.send(EmbeddedServer.get("/health/live"))
        #expect(try server.bodies() == ["[GET /health/live]"])
        #expect(server.channel.isActive)
    }

    @Test("what comes after the last request is not answered")
    func afterTheLast() throws {
        let server = try EmbeddedServer(generators)
        try server.send(EmbeddedServer.get("/", "Connection: close") + hot + hot)
        try server.send(hot)
        server.ordinary.answer("a")
        #expect(try server.bodies() == ["a"])
        #expect(server.ordinary.requests.count == 1)
    }
}
