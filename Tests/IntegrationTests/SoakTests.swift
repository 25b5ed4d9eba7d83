import Foundation
import FrondTesting
import TestServers
import Testing

/// The length in minutes; `SOAK_MINUTES` sets it, and without it nothing runs.
private let soakMinutes = ProcessInfo.processInfo.environment["SOAK_MINUTES"].flatMap { Double($0) } ?? 0

@Suite(
    "A server under all attacks at once", .timeLimit(.minutes(60)), .enabled(if: soakMinutes > 0))
struct SoakTests {
    private static let next = HTTP2Wire.message([10, 5, 111, 114, 100, 101, 114, 16, 1])
    /// The growth in memory that is not taken for a leak: what the allocators of all threads keep.
    private static let memoryMargin = 100_000
    /// The longest time without a renewal: a third of the longest horizon, and as much for a busy machine.
    private static let renewalLimit = Duration.seconds(7)

    @Test("keeps its p99 under 100 ms, its horizon renewed, and has its memory back at the end")
    func soak() async throws {
        let directory = try TemporaryDirectory()
        let server = try await FrondServerProcess.start(
            in: directory, ["--grpc-port", "0", "--registry", "sqlite:", "--set", "worker.maxHorizon=10s"])
        let port = try await server.grpcPort()
        _ = try await server.nextID()
        let end = ContinuousClock.now + .seconds(60 * soakMinutes)
        for seed in 0..<500 as Range<UInt64> { await GRPCAttack.sendNonsense(port: port, seed: seed) }
        let before = try #require(server.process.residentKilobytes)
        let durations = try await withThrowingTaskGroup(of: [Duration].self) { tasks in
            tasks.addTask { try await Self.askForUnread(port, until: end) }
            tasks.addTask { try await Self.breakOff(port, until: end) }
            tasks.addTask { await Self.sendNonsense(port, until: end) }
            tasks.addTask { try await Self.askHonestly(port, until: end) }
            tasks.addTask { try await Self.watch(server, until: end) }
            var durations: [Duration] = []
            while let some = try await tasks.next() { durations += some }
            return durations.sorted()
        }
        let p99 = durations[durations.count * 99 / 100]
        let after = try #require(server.process.residentKilobytes)
        print("soak: \(durations.count) calls, p99 \(p99), slowest \(durations.last ?? .zero)")
        print("soak: memory \(before) KB, at the end \(after) KB")
        #expect(p99 < .milliseconds(100))
        #expect(durations.count > Int(60 * soakMinutes), "the honest client was stalled: \(durations.count) calls")
        #expect(after - before < Self.memoryMargin, "\(before) to \(after) KB")
        #expect(await server.stop() == 0)
    }

    private static func askForUnread(_ port: Int, until end: ContinuousClock.Instant) async throws -> [Duration] {
        while ContinuousClock.now < end {
            try await GRPCAttack.whileAskingForUnread(port: port, connections: 20) {
                try await Task.sleep(for: .seconds(8))
            }
        }
        return []
    }

    private static func breakOff(_ port: Int, until end: ContinuousClock.Instant) async throws -> [Duration] {
        while ContinuousClock.now < end { try await GRPCAttack.breakOff(port: port) }
        return []
    }

    private static func sendNonsense(_ port: Int, until end: ContinuousClock.Instant) async -> [Duration] {
        var seed: UInt64 = 1000
        while ContinuousClock.now < end {
            await GRPCAttack.sendNonsense(port: port, seed: seed)
            seed += 1
        }
        return []
    }

    /// One call after the other, on a connection that lives throughout.
    private static func askHonestly(_ port: Int, until end: ContinuousClock.Instant) async throws -> [Duration] {
        try await HTTP2Peer.connect(port: port) { peer in
            var durations: [Duration] = []
            var stream: UInt32 = 1
            while ContinuousClock.now < end {
                var read = 0
                let duration = try await ContinuousClock().measure {
                    try await peer.send(
                        HTTP2Wire.headers(stream, HTTP2Wire.call("/frond.v1.IDs/Next"))
                            + HTTP2Wire.data(stream, next))
                    let answer = try await peer.answer(on: stream)
                    #expect(answer.status == "0")
                    read = answer.data.count
                }
                // All streams share the window of the connection.
                try await peer.send(HTTP2Wire.windowUpdate(0, UInt32(max(1, read))))
                durations.append(duration)
                stream += 2
                try await Task.sleep(for: .milliseconds(2))
            }
            return durations
        }
    }

    /// Readiness and the horizon, looked at every second: it is always ahead, and moves on throughout.
    private static func watch(
        _ server: FrondServerProcess, until end: ContinuousClock.Instant
    ) async throws -> [Duration] {
        var (horizon, moved) = ("", ContinuousClock.now)
        while ContinuousClock.now < end {
            #expect(try await server.get("/health/ready").status == 200)
            let health = try await server.snowflakeHealth().snowflake
            let until = try #require(health.until, "no worker ID: \(health)")
            #expect(try Date(until, strategy: .iso8601).timeIntervalSinceNow > 1)
            let now = ContinuousClock.now
            if until > horizon { (horizon, moved) = (until, now) }
            #expect(now - moved < renewalLimit, "\(until) is not moved")
            try await Task.sleep(for: .seconds(1))
        }
        return []
    }
}
