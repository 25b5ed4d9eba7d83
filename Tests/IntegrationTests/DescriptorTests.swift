import Foundation
import FrondTesting
import GRDB
import TestServers
import Testing

#if os(Linux)
    @Suite("A server without file descriptors", .timeLimit(.minutes(5)))
    struct DescriptorTests {
        private static let limit = 128

        /// The processor time that a process has used so far.
        private func processorTime(_ process: Int32) throws -> Duration {
            let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            // The name, which may hold anything, ends with the last parenthesis; the state is field 3.
            let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
            let ticks = try #require(Int(fields[12])) + #require(Int(fields[13]))
            return .seconds(1) * ticks / sysconf(Int32(_SC_CLK_TCK))
        }

        private func descriptors(_ process: Int32) throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
        }

        /// Starts a server with a small limit by a shell, which becomes the server.
        private func start(in directory: TemporaryDirectory) async throws -> (ServerProcess, http: Int, grpc: Int) {
            let process = ServerProcess(
                "sh",
                [
                    "-c", "ulimit -n \(Self.limit); exec \"$@\"", "sh", FrondProcess.frond, "serve", "--port", "0",
                    "--grpc-port", "0", "--data-dir", directory.path, "--set", "worker.maxHorizon=3s",
                ])
            func port(_ text: String) async throws -> Int {
                let line = try await process.waitForLine(containing: text)
                return try #require(line.split(separator: ":").last.flatMap { Int($0) })
            }
            return (process, try await port("listens on http://"), try await port("listens on grpc"))
        }

        private func answers(_ port: Int) async throws -> Bool {
            let request = "GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            return try await RawConnection(port: port).exchange(request, until: "never").hasPrefix("HTTP/1.1 200 OK")
        }

        private func answersCalls(_ port: Int) async throws -> Bool {
            let next = HTTP2Wire.message([10, 5, 111, 114, 100, 101, 114, 16, 1])
            return try await HTTP2Peer.connect(port: port) { peer in
                try await peer.send(
                    HTTP2Wire.headers(1, HTTP2Wire.call("/frond.v1.IDs/Next")) + HTTP2Wire.data(1, next))
                return try await peer.answer(on: 1).status == "0"
            }
        }

        @Test("accepts nothing, keeps its worker ID, does not spin, says so, and accepts again once there are some")
        func none() async throws {
            let directory = try TemporaryDirectory()
            let (server, http, grpc) = try await start(in: directory)
            #expect(try await answers(http))
            #expect(try await answersCalls(grpc))
            let id = try #require(server.processID)
            // Accepted while there are some.
            let early = try SlowConnection(port: http)
            func asksEarly() async throws -> Bool {
                try early.send("GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\n\r\n")
                let answer = try await early.receive(pause: .milliseconds(5), for: .milliseconds(1))
                return answer.starts(with: Array("HTTP/1.1 200 OK".utf8))
            }
            #expect(try await asksEarly())
            let file = try DatabaseQueue(path: "\(directory.path)/frond.sqlite")
            func horizon() async throws -> Int64 {
                try #require(await file.read { try Int64.fetchOne($0, sql: "SELECT max(horizon) FROM workers") })
            }
            let idle = [IdleConnections(), IdleConnections()]
            // More than it can have, on both: the kernel takes the others into the queue of the listener.
            for (connections, port) in zip(idle, [http, grpc]) { try await connections.open(Self.limit, port: port) }
            _ = try await server.waitForLine(containing: "no file descriptors left")
            #expect(try descriptors(id) >= Self.limit - 1)
            let (first, used, start) = (try await horizon(), try processorTime(id), ContinuousClock.now)
            try await poll("the horizon moves on, again and again") {
                ContinuousClock.now - start > .seconds(6) ? try await horizon() > first ? true : nil : nil
            }
            let share = (try processorTime(id) - used) / (ContinuousClock.now - start)
            #expect(share < 0.5, "it spins: \(share) of a core")
            #expect(try await asksEarly())
            for connections in idle { await connections.close() }
            try await poll("HTTP answers") { try await answers(http) ? true : nil }
            try await poll("gRPC answers") { try await answersCalls(grpc) ? true : nil }
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0, "\(server.printed)")
        }
    }
#endif
