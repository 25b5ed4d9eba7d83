import Foundation
import Frond
import FrondSQLite
import Testing

@Suite("Frond embedded in a process", .timeLimit(.minutes(5)))
struct EmbeddedTests {
    @Test("the README's lines give IDs")
    func readme() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // The same lines as in the README, which FrondClientTests compares, but for the folder.
        let store = try SQLiteSegmentStore(path: directory.path + "/orders.sqlite")
        let orders = SegmentGenerator(tag: try Tag("order"), store: StoreView(store, missingTags: .create))
        let one = try await orders.next()
        let batch = try await orders.next(count: 100)
        await orders.shutdown()

        #expect(one == 1)
        #expect(batch == Array(2...101))
    }
}
