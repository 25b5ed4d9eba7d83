import AsyncHTTPClient
import Foundation
import FrondTesting
import NIOCore
import NIOHTTP1
import TestServers
import Testing

@Suite("The end of a server", .timeLimit(.minutes(5)))
struct StopTests {
    @Test("during the shutdown delay it is not ready and goes on serving; a second signal ends the delay")
    func delay() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "shutdownDelay=10m", "--set", "shutdownTimeout=10s"])
        #expect(try await server.nextID() == 1)
        server.process.signal(SIGTERM)
        for _ in 0..<2000 where try await server.get("/health/ready").status == 200 {}
        let readiness = try await server.get("/health/ready")
        #expect(readiness.status == 503)
        #expect(readiness.headers.first(name: "connection") == "close")
        #expect(try await server.get("/health/live").status == 200)
        let answer = try await RawConnection(port: server.port).exchange(
            "GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\n\r\n", until: "never")
        #expect(answer.contains("connection: close\r\n") && answer.hasSuffix("\r\n\r\n2"), "\(answer)")
        server.process.signal(SIGINT)
        #expect(await server.process.waitForExit() == 0, "\(server.process.printed)")
    }

    @Test("a shutdown delay ends by itself")
    func delayEnds() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "shutdownDelay=300ms"])
        #expect(try await server.nextID() == 1)
        #expect(await server.stop() == 0)
    }

    @Test("SIGTERM and SIGINT give everything back", arguments: [SIGTERM, SIGINT])
    func signals(number: Int32) async throws {
        let directory = try TemporaryDirectory()
        let server = try await FrondServerProcess.start(in: directory)
        #expect(try await server.becomesReady())
        #expect(try await server.nextID() == 1)
        server.process.signal(number)
        #expect(await server.process.waitForExit() == 0)
        let again = try await FrondServerProcess.start(in: directory)
        #expect(try await again.nextID() == 2)
    }

    /// Runs a command on a terminal of its own, which is closed when this process is killed.
    private static let terminal = """
        import os, pty, sys
        pid, terminal = pty.fork()
        if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
        while data := os.read(terminal, 4096): os.write(1, data.replace(b"\\r", b""))
        """

    @Test("a terminal that is closed ends the server, which gives everything back")
    func closedTerminal() async throws {
        let directory = try TemporaryDirectory()
        let terminal = ServerProcess(
            "python3", ["-c", Self.terminal, FrondProcess.frond, "serve", "--port", "0", "--data-dir", directory.path])
        let line = try await terminal.waitForLine(containing: "listens on http://")
        let port = try #require(line.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) })
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/segment/get/order")
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        #expect(String(buffer: try await answer.body.collect(upTo: 100)) == "1")
        terminal.signal(SIGKILL)
        _ = await terminal.waitForExit()
        try await waitUntil("the server has ended") {
            (try? await HTTPClient.shared.execute(request, timeout: .seconds(20))) == nil
        }
        let again = try await FrondServerProcess.start(in: directory)
        #expect(try await again.nextID() > 1)
        #expect(await again.stop() == 0)
    }

    @Test("SIGTERM at any moment after the start ends it within its time", arguments: [[], ["--grpc-port", "0"]])
    func anyMoment(arguments: [String]) async throws {
        let directory = try TemporaryDirectory()
        for milliseconds in stride(from: 2, through: 102, by: 4) {
            let process = ServerProcess(
                "timeout",
                [
                    // Ends with 124 after the signal's time and 137 where it had to kill.
                    "--preserve-status", "-k", "6", "0.\(String(1000 + milliseconds).dropFirst())", FrondProcess.frond,
                    "serve", "--port", "0", "--data-dir", directory.path, "--set", "shutdownTimeout=4s",
                ] + arguments)
            let status = await process.waitForExit()
            // Before the command has its handlers, the signal ends it by default.
            #expect([0, 128 + SIGTERM].contains(status), "after \(milliseconds) ms: \(status) \(process.printed)")
        }
    }

    @Test("connections over their age are told so, and no request is lost")
    func age() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "http.maxConnectionAge=300ms"])
        var closes = 0
        let end = ContinuousClock.now + .seconds(3)
        var expected: Int64 = 1
        while ContinuousClock.now < end {
            let answer = try await server.get("/api/segment/get/order")
            #expect(answer.body == "\(expected)")
            expected += 1
            if answer.headers.first(name: "connection") == "close" { closes += 1 }
        }
        #expect((3...12).contains(closes), "\(closes)")
    }

    @Test("a request byte by byte is closed within its time")
    func slowRequest() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--set", "http.requestTimeout=500ms"])
        let connection = try SlowConnection(port: server.port)
        try connection.send("GET /api/segm")
        let received = try await connection.receive(atMost: 1 << 16, pause: .milliseconds(5))
        #expect(String(decoding: received, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
    }

    @Test("without file descriptors new connections wait, the log says so once, and it recovers")
    func noDescriptors() async throws {
        let directory = try TemporaryDirectory()
        let process = ServerProcess(
            "sh", ["-c", "ulimit -n 96; exec '\(FrondProcess.frond)' serve --port 0 --data-dir '\(directory.path)'"])
        let line = try await process.waitForLine(containing: "listens on http://")
        let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
        let connections = IdleConnections()
        try await connections.open(150, port: port)
        _ = try await process.waitForLine(containing: "no file descriptors left")
        let before = try Self.processorTime(of: process)
        try await Task.sleep(for: .seconds(1))
        #expect(try Self.processorTime(of: process) - before < 50, "in hundredths of a second")
        await connections.close()
        let answer = try await RawConnection(port: port).exchange(
            "GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\n\r\n", until: "\r\n\r\n1")
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(process.printed.components(separatedBy: "no file descriptors left").count == 2)
        process.signal(SIGTERM)
        #expect(await process.waitForExit() == 0)
    }

    /// The time that the process has used, in hundredths of a second.
    private static func processorTime(of process: ServerProcess) throws -> Int {
        let id = try #require(process.processID)
        let text = try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
        let fields = try #require(text.split(separator: ")").last).split(separator: " ")
        return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
    }
}
