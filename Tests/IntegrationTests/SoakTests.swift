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
        #expect(after - before < 100_000, "\(before) to \(after) KB")
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
                let duration = try await ContinuousClock().measure {
                    try await peer.send(
                        HTTP2Wire.headers(stream, HTTP2Wire.call("/frond.v1.IDs/Next"))
                            + HTTP2Wire.data(stream, next))
                    #expect(try await peer.answer(on: stream).status == "0")
                }
                durations.append(duration)
                stream += 2
                try await Task.sleep(for: .milliseconds(2))
            }
            return durations
        }
    }

    /// Readiness and the horizon, looked at every second.
    private static func watch(
        _ server: FrondServerProcess, until end: ContinuousClock.Instant
    ) async throws -> [Duration] {
        while ContinuousClock.now < end {
            #expect(try await server.get("/health/ready").status == 200)
            #expect(try #require(try await server.horizonAhead()) > 1)
            try await Task.sleep(for: .seconds(1))
        }
        return []
    }
}
