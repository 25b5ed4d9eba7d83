import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondMySQL

@Suite("The load of a server that nobody asks", .timeLimit(.minutes(5)))
struct IdleLoadTests {
    /// The number of SELECTs that a database has served.
    private func selects(_ database: TestDatabase) async throws -> Int64 {
        let rows = try await database.rows("SHOW GLOBAL STATUS LIKE 'Com_select'")
        return try #require(rows.first.flatMap { $0.text("Value") }.flatMap { Int64($0) })
    }

    @Test("is the same number of queries for 10, 100 and 1,000 tags")
    func queries() async throws {
        // A server of its own, which no other test asks.
        let server = try await MariaDBServer(options: ["--innodb-flush-log-at-trx-commit=0"])
        defer { server.discard() }
        let database = try await TestDatabase.make(on: server)
        let time = ManualTimeSource()
        let store = StoreView(database.store(), time: time)
        let cache = TagSettingsCache(store: store, limit: .seconds(30), maxWaiters: 10, time: SystemTimeSource())
        let looks = 20
        var counts: [Int64] = []
        var known = 0
        for count in [10, 100, 1000] {
            for number in known..<count {
                let tag = try Tag("tag-\(number)")
                _ = try await store.create(tag, TagSettings())
                _ = try await cache.entry(for: tag)
            }
            known = count
            let before = try await selects(database)
            for _ in 0..<looks { await cache.refresh() }
            counts.append(try await selects(database) - before)
        }
        #expect(Set(counts).count == 1, "\(counts)")
        // One query a look, and what the measurement itself asks.
        #expect(counts.allSatisfy { $0 <= Int64(looks) + 4 }, "\(counts)")
    }

    @Test("does not miss a change that Leaf or an operator makes, which the database dates")
    func changes() async throws {
        let database = try await TestDatabase.make()
        let store = database.store()
        for name in ["leaf", "operator", "still"] { _ = try await store.create(try Tag(name), TagSettings()) }
        try await database.run("UPDATE leaf_alloc SET update_time = NOW() - INTERVAL 1 HOUR")
        #expect(try await store.changedTags(within: .seconds(10)).isEmpty)
        try await database.run(
            "UPDATE leaf_alloc SET max_id = max_id + step WHERE biz_tag = 'leaf'",
            "UPDATE leaf_alloc SET options = 'generators=segment' WHERE biz_tag = 'operator'")
        let changed = try await store.changedTags(within: .seconds(10))
        #expect(Set(changed.map(\.tag.name)) == ["leaf", "operator"])
        #expect(try await store.changedTags(within: .seconds(7200)).count == 3)
        #expect(try await store.changedTags(within: .seconds(Int64.max)).count == 3)
    }
}
