import Foundation
import Frond
import FrondClient
import FrondSQLite
import Logging
import ServiceLifecycle
import Testing
import UnixSignals

/// The code of the README and the articles, compiled line for line.
@Suite("The documentation", .timeLimit(.minutes(5)))
struct DocumentationTests {
    @Test(
        "shows Swift as it is compiled here",
        arguments: [
            "README.md", "Sources/Frond/Frond.docc/GettingStarted.md",
            "Sources/FrondClient/FrondClient.docc/GettingStarted.md",
        ])
    func isCompiled(path: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        let compiled = Self.lines(try String(contentsOfFile: #filePath, encoding: .utf8))
        let blocks = text.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        #expect(!blocks.isEmpty)
        for block in blocks { #expect(compiled.contains(Self.lines(block)), "\(block)") }
    }

    /// Without the indentation, which is the surroundings'.
    private static func lines(_ text: String) -> String {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
    }

    // MARK: Never called: that it compiles is the test

    private func embedded() async throws {
        let store = try SQLiteSegmentStore(path: "orders.sqlite")
        let orders = SegmentGenerator(tag: try Tag("order"), store: StoreView(store, missingTags: .create))
        let one = try await orders.next()
        let batch = try await orders.next(count: 100)
        await orders.shutdown()
        _ = (one, batch)
    }

    private func remote() async throws {
        let store = try RemoteSegmentStore(servers: ["127.0.0.1:9090"])
        let orders = SegmentGenerator(tag: try Tag("order"), store: StoreView(store, missingTags: .create))
        let one = try await orders.next()
        let batch = try await orders.next(count: 100)
        await orders.shutdown()
        _ = (one, batch)
    }

    private func onePort() async throws {
        let store = try RemoteSegmentStore(servers: ["127.0.0.1:9090"])
        let orders = SegmentGenerator(tag: try Tag("order"), store: store)
        let id = try await orders.next()
        _ = id
    }

    private func snowflake(_ store: SQLiteSegmentStore) async throws {
        let generator = try SnowflakeGenerator(layout: .leaf)
        let holder = WorkerHolder(host: "orders-1", processID: 4711, startedAtMilliseconds: 1_767_225_600_000)
        let keeper = WorkerKeeper(generator: generator, registry: SQLiteWorkerRegistry(beside: store), holder: holder)
        let running = Task { try await keeper.run() }
        let id = try await generator.next()
        running.cancel()
        try await running.value
        _ = id
    }

    private func client() async throws {
        let client = try FrondClient(servers: ["127.0.0.1:9090"])
        let order = try await client.segments.next(Tag("order"))
        let event = try await client.snowflake().next()
        await client.shutdown()
        _ = (order, event)
    }

    private func service(_ client: FrondClient, _ shop: any Service, _ logger: Logger) async throws {
        let group = ServiceGroup(services: [client, shop], gracefulShutdownSignals: [.sigterm], logger: logger)
        try await group.run()
    }

    private func servers() async throws {
        let client = try FrondClient(
            FrondClient.Configuration(
                servers: ["10.0.0.7:9090", "10.0.0.8:9090"], tls: ClientTLS(authority: "ca.pem"),
                pool: PoolPolicy(findsServers: true)))
        let tickets = try await client.remote.next(Tag("order"), count: 10, from: .ticket)
        _ = tickets
    }
}
