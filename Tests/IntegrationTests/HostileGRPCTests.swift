import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("frond serve --grpc-port under attack", .timeLimit(.minutes(5)))
struct HostileGRPCTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A `NextRequest` of segment IDs of the tag `order`.
    private static let next = HTTP2Wire.message([10, 5, 111, 114, 100, 101, 114, 16, 1])

    @Test("by streams that nobody reads serves others, stays ready, keeps its horizon and its memory, and ends in time")
    func unreadStreams() async throws {
        let server = try await FrondServerProcess.start(
            in: directory, ["--grpc-port", "0", "--registry", "sqlite:", "--set", "worker.maxHorizon=10s"])
        let port = try await server.grpcPort()
        _ = try await server.nextID()
        let before = try #require(server.process.residentKilobytes)
        let horizon = try #require(try await server.snowflakeHealth().snowflake.until)
        try await GRPCAttack.whileAskingForUnread(port: port, connections: 20) {
            try await HTTP2Peer.connect(port: port) { honest in
                var slowest = Duration.zero
                for call in 0..<300 as Range<UInt32> {
                    let stream = 2 * call + 1
                    let duration = try await ContinuousClock().measure {
                        try await honest.send(
                            HTTP2Wire.headers(stream, HTTP2Wire.call("/frond.v1.IDs/Next", [("grpc-timeout", "30S")]))
                                + HTTP2Wire.data(stream, Self.next))
                        #expect(try await honest.answer(on: stream).status == "0")
                    }
                    slowest = max(slowest, duration)
                    if call.isMultiple(of: 30) {
                        #expect(try await server.get("/health/ready").status == 200)
                        try await Task.sleep(for: .milliseconds(300))
                    }
                }
                // An event loop that is held up answers after the flood; a busy machine takes a second or two.
                #expect(slowest < .seconds(10), "\(slowest)")
            }
            let after = try #require(try await server.snowflakeHealth().snowflake.until)
            #expect(after > horizon, "\(horizon) \(after)")
            let memory = try #require(server.process.residentKilobytes)
            #expect(memory - before < 400_000, "\(before) to \(memory) KB")
            #expect(await server.stop() == 0)
        }
    }

    @Test("by connections that end with an error while a call is open keeps nothing of them")
    func protocolErrors() async throws {
        let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        let port = try await server.grpcPort()
        func attack(_ times: Int) async throws {
            for _ in 0..<times { try await GRPCAttack.breakOff(port: port) }
        }
        // What a process keeps for good comes first.
        try await attack(1000)
        let before = try #require(server.process.residentKilobytes)
        try await attack(2000)
        let after = try #require(server.process.residentKilobytes)
        // It was 28 KB a connection.
        #expect(after - before < 10_000, "\(before) to \(after) KB")
        #expect(await server.stop() == 0)
    }

    @Test(
        "by a stop at any moment of its start ends in time, and the next one serves",
        arguments: [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60])
    func earlyStop(milliseconds: Int) async throws {
        let process = FrondProcess([
            "serve", "--port", "0", "--grpc-port", "0", "--data-dir", directory.path, "--set", "shutdownTimeout=4s",
        ])
        while process.processID == nil { await Task.yield() }
        try await Task.sleep(for: .milliseconds(milliseconds))
        var status: Int32 = 0
        let duration = await ContinuousClock().measure {
            process.signal(SIGTERM)
            status = await process.waitForExit()
        }
        // Before the command has its handlers, the signal ends it by default.
        #expect([0, 128 + SIGTERM].contains(status), "\(status) \(process.printed)")
        #expect(duration < .seconds(30), "\(duration) \(process.printed)")
        let next = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        #expect(try await next.nextID() > 0)
        #expect(await next.stop() == 0)
    }
}
