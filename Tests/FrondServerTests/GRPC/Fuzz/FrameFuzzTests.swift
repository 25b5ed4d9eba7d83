import Foundation
import FrondAPI
import FrondServer
import FrondTesting
import SwiftProtobuf
import TestServers
import Testing

@Suite("Frames at random", .timeLimit(.minutes(10)))
struct FrameFuzzTests {
    /// Connections of fuzzed frames; `FUZZ_CONNECTIONS` sets more, for people with time.
    private static let connections =
        ProcessInfo.processInfo.environment["FUZZ_CONNECTIONS"].flatMap { Int($0) } ?? 1000
    /// The first seed; `FUZZ_SEED` sets another.
    private static let firstSeed = ProcessInfo.processInfo.environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    @Test("end no process and no call of an honest client")
    func fuzz() async throws {
        var server = TestServer()
        server.registry = InMemoryWorkerRegistry()
        try await server.whileRunning { running in
            try await running.withClient { (client) async throws in
                for index in 0..<Self.connections {
                    await GRPCAttack.sendNonsense(port: running.port, seed: Self.firstSeed &+ UInt64(index))
                    if index.isMultiple(of: 10) {
                        #expect(try await client.next() > 0)
                        #expect(try await client.batch(3).count == 3)
                    }
                }
            }
        }
    }
}
