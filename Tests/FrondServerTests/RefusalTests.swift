import Frond
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import FrondServer

@Suite("What is no HTTP request", .timeLimit(.minutes(5)))
struct RefusalTests {
    private let hot = EmbeddedServer.hot
    private let generators: ServedGenerators

    init() async throws {
        generators = try await EmbeddedServer.generators()
    }

    @Test(
        "gets a problem that says what to do, after the answers that are due, and ends the connection",
        arguments: [
            ("FOO / HTTP/1.1\r\n\r\n", 400, "malformed-request"),
            ("\u{1}\u{2}\r\n\r\n", 400, "malformed-request"),
            ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "malformed-request"),
            ("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, "malformed-request"),
            ("GET / HTTP/3.0\r\n\r\n", 505, "version-not-supported"),
            ("GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\n\r\n", 414, "uri-too-long"),
            ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 1 << 20))\r\n\r\n", 431, "headers-too-large"),
            ("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n", 413, "body-too-large"),
        ])
    func refused(request: String, status: Int, code: String) throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot + EmbeddedServer.get("/health/live"))
        #expect(try server.bodies() == ["2"])
        for packet in Array(request.utf8).packets(of: 65_536) { try server.send(packet) }
        #expect(try server.received() == "", "an answer is due first")
        try server.send(hot)
        server.ordinary.answer("a")
        let answers = try server.received()
        let refusal = try #require(answers.split(separator: "\r\n\r\na").last)
        #expect(refusal.hasPrefix("HTTP/1.1 \(status) "))
        #expect(refusal.contains("\r\ncontent-type: application/problem+json\r\n"))
        #expect(refusal.contains("\r\nconnection: close\r\n"))
        #expect(refusal.contains(#""type":"urn:frond:problem:\#(code)""#), "\(refusal)")
        #expect(try EmbeddedServer.bodies(of: answers).count == 2)
        #expect(!server.channel.isActive)
        #expect(server.ordinary.errors.isEmpty)
    }

    @Test("a body without end is refused as soon as it is too large, and ends the connection")
    func endlessBody() throws {
        let server = try EmbeddedServer(generators)
        try server.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "4000\r\n" + String(repeating: "a", count: 0x4000) + "\r\n"
        for _ in 0..<5 { try server.send(chunk) }
        #expect(server.ordinary.waiting.isEmpty)
        #expect(server.ordinary.bodies.isEmpty, "nothing goes on before the request is complete")
        let answer = try server.received()
        #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("connection: close\r\n"), "\(answer)")
        #expect(!server.channel.isActive)
    }

    @Test("half a request and then the end of it gets a problem")
    func halfRequest() throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot + "GET /api/segm")
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        let answers = try server.received()
        #expect(try EmbeddedServer.bodies(of: answers).first == "2")
        #expect(answers.contains("HTTP/1.1 400 "))
        #expect(!server.channel.isActive)
    }

    @Test("a client that says it sends no more still gets its answers")
    func halfClosed() throws {
        let server = try EmbeddedServer(generators)
        try server.send(hot + EmbeddedServer.get("/health/live"))
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(server.ordinary.hasSeenEnd)
        server.ordinary.answer("a")
        #expect(try server.bodies() == ["2", "a"])
    }
}

extension Array where Element == UInt8 {
    func packets(of size: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
