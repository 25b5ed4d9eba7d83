import Frond
import FrondSQLite
import FrondTesting
import Testing

@Suite("Frond embedded in a process", .timeLimit(.minutes(5)))
struct EmbeddedTests {
    @Test("a few lines give IDs")
    func lines() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let store = try SQLiteSegmentStore(path: directory.path + "/orders.sqlite")
        // The first number waits for the disk, which a busy machine shares.
        let orders = SegmentGenerator(
            tag: try Tag("order"), store: StoreView(store, missingTags: .create),
            policy: SegmentPolicy(waitLimit: .seconds(120)))
        let one = try await orders.next()
        let batch = try await orders.next(count: 100)
        await orders.shutdown()

        #expect(one == 1)
        #expect(batch == Array(2...101))
    }
}
