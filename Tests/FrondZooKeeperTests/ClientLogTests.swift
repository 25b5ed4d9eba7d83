import Frond
import Logging
import Synchronization
import TestServers
import Testing

@testable import FrondZooKeeper

@Suite("What the client library prints", .timeLimit(.minutes(5)))
struct ClientLogTests {
    private final class Lines: Sendable {
        let all = Mutex<[(level: Logger.Level, text: String)]>([])
    }

    private struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        init(_ lines: Lines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let text = "\(event.message) \(event.metadata?["error"] ?? "")"
            lines.all.withLock { $0.append((event.level, text)) }
        }
    }

    @Test("it goes to the logger at debug level, and shows no password")
    func logs() async throws {
        let lines = Lines()
        let port = try FreePort.find()
        let registry = try ZooKeeperWorkerRegistry(
            configuration("127.0.0.1:\(port)", path: "/frond", options: "callTimeout=500ms", user: "u:hidden@"),
            logger: Logger(label: "test") { _ in Recorder(lines) })
        await expectError(.registryUnavailable) { _ = try await registry.workers() }
        for _ in 0..<200 where lines.all.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(10)) }
        let found = lines.all.withLock { $0 }
        #expect(found.contains { $0.text.contains("the ZooKeeper client says") && $0.text.contains("\(port)") })
        #expect(found.allSatisfy { $0.level == .debug && !$0.text.contains("hidden") })
    }
}
