import Foundation
import Frond
import FrondTesting
import Testing

@testable import FrondMySQL

@Suite("Many servers on one table", .timeLimit(.minutes(5)))
struct SharingTests {
    @Test("sixteen servers reserve of one tag: each number once, none left out, none gives up")
    func sixteenServers() async throws {
        let database = try await TestDatabase.make()
        let tag = try Tag("order")
        _ = try await database.store().create(tag, TagSettings(step: 7))
        let stores = (0..<16).map { _ in database.store { $0.poolSize = 1 } }
        let segments = try await reserveConcurrently(tag, from: stores, times: 25)
        #expect(segments.count == 400)
        expectDisjoint(segments)
        #expect(segments.map(\.first).min() == 1)
        let last: Int64 = 400 * 7
        #expect(segments.map(\.end).max() == last + 1, "a gap that nothing explains")
    }

    /// A reservation as a server of Leaf makes it: its two statements in its transaction.
    private func allocateAsLeaf(_ tag: Tag, in pool: MySQLPool) async throws -> Segment {
        try await pool.run { session throws(FrondError) in
            try session.transaction { () throws(FrondError) in
                _ = try session.write(
                    "UPDATE leaf_alloc SET max_id = max_id + step WHERE biz_tag = ?", [.text(tag.name)])
                let rows = try session.read(
                    "SELECT biz_tag, max_id, step FROM leaf_alloc WHERE biz_tag = ?", [.text(tag.name)])
                guard let maxID = rows.first?.integer("max_id"), let step = rows.first?.integer("step") else {
                    throw FrondError.unknown(tag)
                }
                return Segment(first: maxID - step, end: maxID, step: step, cycle: 0, version: 0)
            }
        }
    }

    private func shareWithLeaf(_ database: TestDatabase, _ tag: Tag, first: Int64, step: Int64) async throws {
        let stores = (0..<4).map { _ in database.store { $0.poolSize = 1 } }
        let leafs = (0..<4).map { _ in MySQLPool(database.configuration) }
        async let ours = reserveConcurrently(tag, from: stores, times: 50)
        let theirs = try await withThrowingTaskGroup(of: [Segment].self) { group in
            for pool in leafs {
                group.addTask {
                    var segments: [Segment] = []
                    for _ in 0..<50 { segments.append(try await allocateAsLeaf(tag, in: pool)) }
                    return segments
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let all = try await ours + theirs
        expectDisjoint(all)
        #expect(all.count == 400)
        #expect(all.map(\.first).min() == first)
        #expect(all.map(\.end).max() == first + 400 * step)
    }

    @Test("servers of Leaf and of Frond allocate from the same row at the same time: no number twice, no gap")
    func leaf() async throws {
        let database = try await TestDatabase.make()
        let tag = try Tag("leaf-segment-test")
        // As Leaf's documentation has it: nothing but its own columns.
        try await database.run(
            "INSERT INTO leaf_alloc (biz_tag, max_id, step, description) VALUES ('leaf-segment-test', 1, 10, 'Test')")
        try await shareWithLeaf(database, tag, first: 1, step: 10)
        let record = try #require(try await database.store().tag(tag))
        #expect(record.version == 200, "Leaf's statements move max_id alone")
        #expect(record.description == "Test")
    }

    @Test("the same on Leaf's own table, which was upgraded while Leaf allocated from it")
    func upgradedLeaf() async throws {
        let database = try await TestDatabase.make(hasTables: false)
        let tag = try Tag("leaf-segment-test")
        try await database.run(Tables.leaf, "INSERT INTO leaf_alloc (biz_tag, step) VALUES ('leaf-segment-test', 10)")
        let pool = MySQLPool(database.configuration)
        async let theirs = withThrowingTaskGroup(of: [Segment].self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var segments: [Segment] = []
                    for _ in 0..<100 { segments.append(try await allocateAsLeaf(tag, in: pool)) }
                    return segments
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        try await database.runScript("sql/mysql/upgrade-from-leaf.sql")
        let segments = try await theirs
        expectDisjoint(segments)
        try await shareWithLeaf(database, tag, first: 3001, step: 10)
    }

    @Test(
        "a row that changed since it was read is not replaced, whatever it was that changed",
        arguments: ["max_id = max_id + step", "version = version + 1", "step = 20, version = version + 1"])
    func swap(change: String) async throws {
        let database = try await TestDatabase.make()
        let tag = try Tag("order")
        let record = try await database.store().create(tag, TagSettings(step: 10))
        try await database.run("UPDATE leaf_alloc SET \(change)")
        let changed = try await database.store().tag(tag)
        let isSwapped = try await MySQLPool(database.configuration).run { session throws(FrondError) in
            try session.swap(record, for: try record.reserving(atLeast: nil, after: nil).successor)
        }
        #expect(!isSwapped)
        #expect(try await database.store().tag(tag) == changed)
    }

    @Test("a row that went back is refused until it is moved above what was given out")
    func wentBack() async throws {
        let database = try await TestDatabase.make()
        let store = database.store()
        let tag = try Tag("order")
        _ = try await store.create(tag, TagSettings(step: 100))
        let first = try await store.reserve(tag, atLeast: nil, after: nil)
        let floor = SegmentPosition(cycle: 0, next: first.end)
        try await database.run("UPDATE leaf_alloc SET max_id = 1, version = 0")
        for _ in 0..<3 {
            let error = await frondError { _ = try await store.reserve(tag, atLeast: nil, after: floor) }
            #expect(error?.code == .storeWentBack)
            #expect(error?.message.contains("frond tag set order --max-id N") == true)
        }
        #expect(try await store.tag(tag)?.maxID == 1, "a refusal moves nothing")
        _ = try await store.change(tag, TagChange(maxID: 101))
        #expect(try await store.reserve(tag, atLeast: nil, after: floor).first == 101)
    }
}
