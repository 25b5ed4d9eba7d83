import Frond
import FrondSQLite
import FrondTesting
import Testing

@Suite("Frond embedded in a process", .timeLimit(.minutes(5)))
struct EmbeddedTests {
    @Test("the README's lines give IDs")
    func readme() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        // The same lines as in the README, which FrondClientTests compares, but for the folder.
        let store = try SQLiteSegmentStore(path: directory.path + "/orders.sqlite")
        let orders = SegmentGenerator(tag: try Tag("order"), store: StoreView(store, missingTags: .create))
        // The first number waits for the disk, which a busy machine shares.
        let one = try await untilAvailable { try await orders.next() }
        let batch = try await orders.next(count: 100)
        await orders.shutdown()

        #expect(one == 1)
        #expect(batch == Array(2...101))
    }
}
