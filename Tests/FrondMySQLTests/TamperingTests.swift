import Frond
import FrondTesting
import Testing

@testable import FrondMySQL

@Suite("Rows that others change", .timeLimit(.minutes(5)))
struct TamperingTests {
    /// A database with the tag `good`, whose next number is 1, and a row beside it.
    private func withRow(_ tag: String, _ assignments: String, _ body: (MySQLSegmentStore) async throws -> Void)
        async throws
    {
        let database = try await TestDatabase.make()
        let store = database.store()
        _ = try await store.create(Tag("good"), TagSettings(step: 10))
        try await MySQLPool(database.configuration).run { session throws(FrondError) in
            _ = try session.write("INSERT INTO leaf_alloc (biz_tag, step) VALUES (?, 10)", [.text(tag)])
            _ = try session.write("UPDATE leaf_alloc SET \(assignments) WHERE biz_tag = ?", [.text(tag)])
        }
        try await body(store)
        #expect(try await store.reserve(Tag("good"), atLeast: nil, after: nil).first == 1)
        #expect(try await store.tag(Tag("good"))?.maxID == 11)
    }

    @Test(
        "a tag that could not be created here harms no other",
        arguments: ["it's", "a\"b", "%", "_%", "order ", "", "ünïcode", "🦊", "a\\", "a;DROP TABLE leaf_alloc", "a\nb"])
    func oddTags(name: String) async throws {
        #expect(throws: FrondError.self) { try Tag(name) }
        try await withRow(name, "max_id = 5") { (store) async throws in
            #expect(try await store.tags().map(\.tag.name) == ["good"])
        }
    }

    @Test(
        "values that cannot be right are an error of their own tag alone",
        arguments: [
            "step = 0", "step = -1", "step = 9223372036854775807", "max_id = -1", "max_id = -9223372036854775808",
            "start_id = -5", "start_id = 50", "max_value = 9223372036854775807", "max_value = -1", "cycle = -1",
            "cycle = 9223372036854775807",
        ])
    func badValues(assignment: String) async throws {
        try await withRow("bad", assignment) { (store) async throws in
            let error = await frondError { _ = try await store.reserve(Tag("bad"), atLeast: nil, after: nil) }
            #expect(error?.code == .storeCorrupt, "\(error?.message ?? "")")
            #expect(error?.message.contains("tag 'bad' is invalid") == true)
            #expect(try await store.tags().map(\.tag.name) == ["bad", "good"])
        }
    }

    @Test("a number beyond the last is a tag that is used up")
    func usedUp() async throws {
        try await withRow("bad", "max_id = 9223372036854775807, version = 9223372036854775807") {
            (store) async throws in
            let error = await frondError { _ = try await store.reserve(Tag("bad"), atLeast: nil, after: nil) }
            #expect(error?.code == .exhausted)
        }
        try await withRow("odd", "version = 9223372036854775807, description = NULL") { (store) async throws in
            #expect(try await store.reserve(Tag("odd"), atLeast: nil, after: nil).first == 1)
            #expect(try await store.reserve(Tag("odd"), atLeast: nil, after: nil).first == 11)
        }
    }

    @Test("columns of other types are said to be wrong, and harm nobody who has them right")
    func otherTypes() async throws {
        let database = try await TestDatabase.make()
        let store = database.store()
        _ = try await store.create(Tag("order"), TagSettings(step: 10))
        try await database.run("ALTER TABLE leaf_alloc MODIFY max_id DOUBLE NULL, MODIFY step VARCHAR(20) NULL")
        let error = await frondError { _ = try await store.reserve(Tag("order"), atLeast: nil, after: nil) }
        #expect(error?.code == .storeCorrupt)
        #expect(error?.message.contains("step is '10', not an integer") == true, "\(error?.message ?? "")")
        #expect(try await store.tags().isEmpty)
        _ = try await MySQLSchema(database.configuration).apply()
        #expect(try await store.reserve(Tag("order"), atLeast: nil, after: nil).first == 1)
    }

    @Test("a text longer than usual is read whole")
    func longText() async throws {
        let database = try await TestDatabase.make()
        let text = String(repeating: "ü🦊", count: 5000)
        let rows = try await MySQLPool(database.configuration).run { session throws(FrondError) in
            try session.read("SELECT ? AS text, NULL AS nothing, -1 AS number", [.text(text)])
        }
        #expect(rows.first?["text"] == .text(text))
        #expect(rows.first?["nothing"] == .null)
        #expect(rows.first?.integer("number") == -1)
    }

    @Test(
        "a worker ID whose row cannot be right is nobody's, and the others go on",
        arguments: ["token = -1", "floor = 3000", "floor = -1, horizon = -1", "horizon = 9223372036854775807"])
    func workers(assignment: String) async throws {
        let database = try await TestDatabase.make()
        let registry = MySQLWorkerRegistry(database.configuration)
        _ = try await registry.initialise(floorMilliseconds: nil)
        try await database.run(
            "INSERT INTO frond_worker (worker_id, token, is_released, floor, horizon, updated_at) "
                + "VALUES (0, 1, 1, 1000, 2000, 0), (1, 1, 1, 1000, 2000, 0)",
            "UPDATE frond_worker SET \(assignment) WHERE worker_id = 0")
        let listed = try await registry.workers()
        #expect(listed.map { $0.state(nowMilliseconds: 1_000_000) } == [.held, .free])
        #expect(try await registry.acquire(workerRequest(0..<2)).workerID == 1)
        let error = await frondError { _ = try await registry.acquire(workerRequest(0..<2)) }
        #expect(error?.code == .workerIDsExhausted)
        let freeing = await frondError { _ = try await registry.free(0, nowMilliseconds: 1_000_000) }
        #expect(freeing?.code == .storeCorrupt)
    }
}
