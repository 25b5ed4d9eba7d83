import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("Connections", .timeLimit(.minutes(5)))
struct ConnectionTests {
    @Test("pipelined requests are answered in order, hot and ordinary mixed")
    func pipelining() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let hot = "GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\n\r\n"
        let ordinary = "GET /api/segment/get/order?count=2 HTTP/1.1\r\nHost: x\r\n\r\n"
        let last = "GET /api/segment/get/order?count=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        let requests = hot + hot + ordinary + hot + hot + ordinary + ordinary + hot + last
        let answers = try await RawConnection(port: server.port).exchange(requests, until: "\r\n\r\n13")
        let numbers = answers.components(separatedBy: "HTTP/1.1 200 OK\r\n").dropFirst()
            .map { $0.components(separatedBy: "\r\n\r\n").last ?? "" }
        #expect(numbers == ["1", "2", "3\n4", "5", "6", "7\n8", "9\n10", "11", "12"])
    }

    @Test("a GET with a body is answered by the ordinary route")
    func body() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let request = "GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        let answer = try await RawConnection(port: server.port).exchange(request, until: "\r\n\r\n1")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
    }

    @Test(
        "what is no HTTP request, or too much of one, gets a problem and no more, and others are served",
        arguments: [
            ("\u{1}\u{2}\u{3}\r\n\r\n", 400), ("FOO / HTTP/1.1\r\n\r\n", 400),
            ("GET /api/segment/get/order HTTP/1.1\r\nX-Large: \(String(repeating: "a", count: 1 << 20))\r\n\r\n", 431),
            ("GET /api/segment/get/\(String(repeating: "a", count: 1 << 20)) HTTP/1.1\r\n\r\n", 414),
            ("POST /api/segment/get/order HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n", 413),
        ])
    func refused(request: String, status: Int) async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        // A large request is still being sent when the answer comes, which must not get lost.
        let answer = try await RawConnection(port: server.port).exchange(request, until: "never")
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        #expect(answer.contains("\r\ncontent-type: application/problem+json\r\n"))
        #expect(answer.contains(#""status":\#(status)"#))
        #expect(try await server.nextID() == 1)
    }

    @Test(
        "is closed by the server after the answer, where the client says so",
        arguments: ["HTTP/1.1\r\nConnection: close", "HTTP/1.1\r\nConnection: Close", "HTTP/1.0"])
    func closes(version: String) async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        for path in ["/api/segment/get/order", "/health/live", "/api/nowhere"] {
            let request = "GET \(path) \(version)\r\nHost: x\r\n\r\n"
            // Returns when the server closes; the idle timeout is a minute.
            let answer = try await RawConnection(port: server.port).exchange(request, until: "never")
            #expect(answer.contains("\r\nconnection: close\r\n"), "\(answer)")
        }
        #expect(server.process.isRunning)
    }

    @Test("a client that reads slowly gets its whole answer", arguments: [false, true])
    func slowClient(saysEnd: Bool) async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "http.maxCount=1000000", "--set", "http.idleTimeout=5s"])
        let request = "GET /api/segment/get/order?count=1000000 HTTP/1.1\r\nHost: x\r\n\r\n"
        let connection = try SlowConnection(port: server.port)
        try connection.send(request)
        if saysEnd { connection.endSending() }
        // It takes longer than the idle timeout, and it is still at it when the server is asked to stop. It never
        // pauses for as long as the timeout, also on a busy machine.
        var received = try await connection.receive(atMost: 8 << 10, pause: .milliseconds(50), for: .seconds(6))
        if !saysEnd { server.process.signal(SIGTERM) }
        received += try await connection.receive(pause: .milliseconds(5))
        let head = try #require(received.firstRange(of: Array("\r\n\r\n".utf8)))
        let lines = received[head.upperBound...].split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 1_000_000)
        #expect(lines.last.map { String(decoding: $0, as: UTF8.self) } == "1000000")
        if !saysEnd { #expect(await server.process.waitForExit() == 0) }
    }

    @Test("half a request is closed after the idle timeout")
    func halfRequest() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "http.idleTimeout=300ms"])
        let answer = try await RawConnection(port: server.port).exchange("GET /api/segm", until: "never")
        #expect(answer.isEmpty)
    }

    @Test("5,000 idle connections and half requests do not hurt others")
    func idleConnections() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let limit = raisedFileLimit()
        let count = min(5000, limit - 500)
        try #require(count == 5000, "the test itself needs 5,500 files: raise ulimit -n, which is \(limit)")
        try await withIdleConnections(count, port: server.port) {
            for expected in 1...100 as ClosedRange<Int64> {
                let id = try await server.nextID()
                #expect(id == expected)
            }
        }
    }

    private func raisedFileLimit() -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(min(limit.rlim_cur, 1 << 30))
    }

    private func withIdleConnections(_ count: Int, port: Int, _ body: @Sendable () async throws -> Void) async throws {
        let group = IdleConnections()
        try await group.open(count, port: port)
        do {
            try await body()
        } catch {
            await group.close()
            throw error
        }
        await group.close()
    }
}
