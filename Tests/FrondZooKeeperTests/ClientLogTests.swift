import Frond
import FrondTesting
import Logging
import TestServers
import Testing

@testable import FrondZooKeeper

@Suite("What the client library prints", .timeLimit(.minutes(5)))
struct ClientLogTests {
    @Test("it goes to the logger at debug level, and shows no password")
    func logs() async throws {
        let log = LogRecorder()
        let port = try FreePort.find()
        let registry = try ZooKeeperWorkerRegistry(
            configuration("127.0.0.1:\(port)", path: "/frond", options: "callTimeout=500ms", user: "u:hidden@"),
            logger: log.logger)
        await expectError(.registryUnavailable) { _ = try await registry.workers() }
        for _ in 0..<200 where log.lines.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        let found = log.lines
        #expect(found.contains { $0.text.contains("the ZooKeeper client says") && $0.text.contains("\(port)") })
        #expect(found.allSatisfy { $0.level == .debug && !$0.text.contains("hidden") })
    }
}
