import Frond
import NIOCore
import NIOEmbedded
import Testing

@testable import FrondServer

@Suite("A wish for another protocol", .timeLimit(.minutes(5)))
struct UpgradeTests {
    private let generators: ServedGenerators
    /// What Java's HttpClient sends with every request in the clear.
    private let java = EmbeddedServer.get(
        "/api/segment/get/order", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk",
        "Upgrade: h2c", "User-Agent: Java-http-client/17")
    private let ordinary = EmbeddedServer.get("/health/live", "Connection: Upgrade", "Upgrade: h2c")

    init() async throws {
        generators = try await EmbeddedServer.generators()
    }

    @Test("is ignored: the fast lane answers, and the connection is kept", arguments: [0, RepeatedRequests.capacity])
    func kept(remembered: Int) throws {
        let server = try EmbeddedServer(generators, remembered: remembered)
        for expected in 2..<10 {
            try server.send(java)
            let answer = try server.received()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n\(expected)"), "\(answer)")
            #expect(!answer.lowercased().contains("\r\nconnection"))
        }
        #expect(server.ordinary.requests.isEmpty)
        #expect(server.channel.isActive)
    }

    @Test("is ignored among pipelined requests, in packets of any size", arguments: [1, 2, 3, 7, 50, 1000, 100_000])
    func pipelined(size: Int) throws {
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        let requests = java + ordinary + java + java + EmbeddedServer.hot + ordinary + java
        for packet in Array(requests.utf8).packets(of: size) { try server.send(packet) }
        #expect(try server.bodies() == ["2", "[GET /health/live]", "3", "4", "5", "[GET /health/live]", "6"])
        #expect(server.channel.isActive)
    }

    @Test("in a request that does not name it in Connection changes nothing")
    func unnamed() throws {
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        let request = EmbeddedServer.get("/health/live", "Upgrade: websocket")
        try server.send(request + EmbeddedServer.hot.prefix(10))
        try server.send(EmbeddedServer.hot.dropFirst(10) + request + EmbeddedServer.hot)
        #expect(try server.bodies() == ["[GET /health/live]", "2", "[GET /health/live]", "3"])
    }

    @Test("in a request with a body is answered, and the connection ends: what follows cannot be told from it")
    func body() throws {
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        let request = EmbeddedServer.get(
            "/api/segment/get/order", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 3")
        try server.send(request + "abc" + EmbeddedServer.hot)
        #expect(try server.received().contains("connection: close\r\n"))
        #expect(!server.channel.isActive)
    }

    @Test("by CONNECT ends the connection")
    func connect() throws {
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        try server.send("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n" + EmbeddedServer.hot)
        #expect(try server.bodies() == ["[CONNECT x:1]"])
        #expect(!server.channel.isActive)
    }
}
