import Foundation
import TestServers
import Testing

@Suite("Connections")
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

    @Test("a megabyte of headers is refused, and others are served")
    func largeHeaders() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let header = "X-Large: " + String(repeating: "a", count: 1 << 20)
        let request = "GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\n\(header)\r\n\r\n"
        // The server may close before it has read all of it.
        let answer = try await RawConnection(port: server.port).exchange(request, until: "\r\n\r\n")
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
        #expect(try await server.nextID() == 1)
    }

    @Test("something that is not HTTP is refused, and others are served")
    func nonsense() async throws {
        let server = try await FrondServerProcess.start(in: try TemporaryDirectory())
        let answer = try await RawConnection(port: server.port).exchange("\u{1}\u{2}\u{3}\r\n\r\n", until: "\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 400"))
        #expect(try await server.nextID() == 1)
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
