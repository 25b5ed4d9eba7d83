import Frond
import Testing

@testable import FrondMySQL

@Suite("Tables: made, completed, taken over", .timeLimit(.minutes(5)))
struct SchemaTests {
    private func columns(of table: String, in database: TestDatabase) async throws -> [String] {
        try await database.rows(
            """
            SELECT CONCAT_WS(' ', column_name, column_type, is_nullable, column_default, collation_name, extra) AS line
            FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '\(table)' ORDER BY line
            """
        ).map { $0.text("line") ?? "" }
    }

    @Test("an empty database lacks five tables, and nothing once they are applied")
    func empty() async throws {
        let database = try await TestDatabase.make(hasTables: false)
        let schema = MySQLSchema(database.configuration)
        let missing = try await schema.missing()
        #expect(missing.count == 5)
        #expect(missing.allSatisfy { $0.hasPrefix("CREATE TABLE IF NOT EXISTS ") })
        #expect(try await schema.apply() == missing)
        #expect(try await schema.missing().isEmpty)
        #expect(try await schema.apply().isEmpty)
        // The text that is printed does the same, and may be run over it.
        let other = try await TestDatabase.make(hasTables: false)
        for _ in 0..<2 { try await other.runScript("sql/mysql/schema.sql") }
        #expect(try await MySQLSchema(other.configuration).missing().isEmpty)
    }

    @Test("Leaf's table gets what it lacks, by either way, and keeps its rows", arguments: [true, false])
    func leaf(byScript: Bool) async throws {
        let fresh = try await TestDatabase.make()
        let database = try await TestDatabase.make(hasTables: false)
        try await database.run(
            Tables.leaf, "INSERT INTO leaf_alloc VALUES ('order', 4001, 2000, 'Größe', '2020-01-01 00:00:00')")
        let schema = MySQLSchema(database.configuration)
        if byScript {
            for _ in 0..<2 { try await database.runScript("sql/mysql/upgrade-from-leaf.sql") }
            #expect(try await schema.missing().allSatisfy { $0.hasPrefix("CREATE TABLE") })
        }
        let statements = try await schema.apply()
        #expect(statements.count == (byScript ? 4 : 5))
        #expect(try await columns(of: "leaf_alloc", in: database) == columns(of: "leaf_alloc", in: fresh))

        let store = database.store()
        let record = try #require(try await store.tag(Tag("order")))
        #expect(record.maxID == 4001)
        #expect(record.step == 2000)
        #expect(record.description == "Größe")
        #expect(try await store.reserve(Tag("order"), atLeast: nil, after: nil).first == 4001)
        #expect(try await store.reserve(Tag("order"), atLeast: 5_000_000_000, after: nil).end == 5_000_006_001)
        _ = try await store.change(Tag("order"), TagChange(step: 3_000_000_000))
    }

    @Test("a tag's record says when a server of Leaf last moved it")
    func touched() async throws {
        let database = try await TestDatabase.make()
        let store = database.store()
        let created = try await store.create(Tag("order"), TagSettings())
        #expect(try await store.tag(Tag("order")) == created)
        try await database.run("UPDATE leaf_alloc SET update_time = '2037-01-01 00:00:00'")
        #expect(try await store.tag(Tag("order"))?.updatedAtMilliseconds == 2_114_380_800_000)
    }

    @Test("Tinyid's tags go on above the last number it reserved, each over its own stripe; twice changes nothing")
    func tinyid() async throws {
        let database = try await TestDatabase.make()
        try await database.run(
            Tables.tinyid,
            """
            INSERT INTO tiny_id_info (biz_type, begin_id, max_id, step, delta, remainder) VALUES
                ('test', 1, 100001, 100000, 1, 0), ('new', 1, 1, 1000, 1, 0), ('odd', 1, 2001, 1000, 2, 1),
                ('even', 1, 2001, 1000, 2, 0), ('big', 1, 9223372036854775807, 1000, 1, 0),
                ('bad step', 1, 1, 10, 1, 0), ('wrong', 1, 1, 1000, 2, 2), ('still', 1, 1, 0, 1, 0)
            """)
        let store = database.store()
        for _ in 0..<2 {
            try await database.runScript("sql/mysql/import-from-tinyid.sql")
            let records = try await store.tags()
            #expect(records.map(\.tag.name) == ["even", "new", "odd", "test"])
            #expect(records.map(\.maxID) == [2002, 2, 2002, 100_002])
            #expect(records.map(\.step) == [500, 1000, 500, 100_000])
            #expect(records.map(\.stripe.count) == [2, 1, 2, 1])
            #expect(records.map(\.stripe.index) == [0, 0, 1, 0])
        }
        let test = try await store.reserve(Tag("test"), atLeast: nil, after: nil)
        let odd = try await store.reserve(Tag("odd"), atLeast: nil, after: nil)
        let even = try await store.reserve(Tag("even"), atLeast: nil, after: nil)
        #expect([test.first, odd.first, even.first] == [100_002, 2003, 2002])
        #expect([test.stride, odd.stride, even.stride] == [1, 2, 2])
        // What Tinyid reserved since moves it forward; what Frond reserved is never moved back.
        try await database.run("UPDATE tiny_id_info SET max_id = 5001 WHERE biz_type IN ('new', 'test')")
        try await database.runScript("sql/mysql/import-from-tinyid.sql")
        #expect(try await store.tag(Tag("new"))?.maxID == 5002)
        #expect(try await store.tag(Tag("test"))?.maxID == test.end)
        // Nor is a tag that is there with other stripes touched: it gives out other numbers than Tinyid did.
        try await database.run("UPDATE tiny_id_info SET delta = 2, max_id = 9001 WHERE biz_type = 'new'")
        try await database.runScript("sql/mysql/import-from-tinyid.sql")
        #expect(try await store.tag(Tag("new"))?.maxID == 5002)
    }
}
