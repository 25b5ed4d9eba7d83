import Foundation
import Frond
import FrondSQLite
import FrondTesting
import GRDB
import Testing

@Suite("Rows that others change", .timeLimit(.minutes(5)))
struct TamperingTests {
    private static let columns =
        "tag, max_id, step, start_id, max_value, cycles, cycle, version, description, updated_at"

    /// The table without a constraint, as it could be after somebody rebuilt it by hand.
    private static let laxTable = """
        DROP TABLE segments;
        CREATE TABLE segments (
            tag, max_id, step, start_id, max_value, cycles, cycle, version, description, updated_at, last_first,
            previous_first, options, secrets DEFAULT '');
        INSERT INTO segments (\(columns)) VALUES ('good', 1, 10, 1, 1000, 0, 0, 0, NULL, NULL);
        """

    private func withLaxStore(_ row: String, _ body: (SQLiteSegmentStore) async throws -> Void) async throws {
        try await withStore { store in
            try runSQL(Self.laxTable + "INSERT INTO segments (\(Self.columns)) VALUES (\(row));", in: store.path)
            try await body(store)
        }
    }

    @Test(
        "a row that cannot be read is an error of its own tag alone",
        arguments: [
            "'bad', NULL, 10, 1, 1000, 0, 0, 0, '', 0",
            "'bad', '7', 10, 1, 1000, 0, 0, 0, '', 0",
            "'bad', 'x', 10, 1, 1000, 0, 0, 0, '', 0",
            "'bad', 1.5, 10, 1, 1000, 0, 0, 0, '', 0",
            "'bad', 1e30, 10, 1, 1000, 0, 0, 0, '', 0",
            "'bad', 1, NULL, 1, 1000, 0, 0, 0, '', 0",
            "'bad', 1, 10, NULL, 1000, 0, 0, 0, '', 0",
            "'bad', 1, 10, 1, 'max', 0, 0, 0, '', 0",
            "'bad', 1, 10, 1, 1000, NULL, 0, 0, '', 0",
            "'bad', 1, 10, 1, 1000, 0, x'00', 0, '', 0",
            "'bad', 1, 10, 1, 1000, 0, 0, NULL, '', 0",
        ])
    func unreadable(row: String) async throws {
        try await withLaxStore(row) { store in
            let (bad, good) = (try Tag("bad"), try Tag("good"))
            let reserving = await #expect(throws: FrondError.self) {
                try await store.reserve(bad, atLeast: nil, after: nil)
            }
            #expect(reserving?.code == .storeCorrupt)
            #expect(reserving?.message.contains("the record of tag 'bad' is invalid") == true)
            let reading = await #expect(throws: FrondError.self) { try await store.tag(bad) }
            #expect(reading?.code == .storeCorrupt)
            #expect(try await store.tags().map(\.tag) == [good])
            #expect(try await store.reserve(good, atLeast: nil, after: nil).first == 1)
        }
    }

    @Test(
        "a row whose numbers cannot be right reserves nothing",
        arguments: [
            "'bad', 1, 0, 1, 1000, 0, 0, 0, '', 0",
            "'bad', 1, -10, 1, 1000, 0, 0, 0, '', 0",
            "'bad', 0, 10, 1, 1000, 0, 0, 0, '', 0",
            "'bad', 1, 10, 1, 9223372036854775807, 0, 0, 0, '', 0",
            "'bad', 5, 10, 5, 4, 0, 0, 0, '', 0",
        ])
    func implausible(row: String) async throws {
        try await withLaxStore(row) { store in
            let error = await #expect(throws: FrondError.self) {
                try await store.reserve(Tag("bad"), atLeast: nil, after: nil)
            }
            #expect(error?.code == .storeCorrupt)
            let listed = try await store.tags()
            #expect(listed.count == 2)
        }
    }

    @Test("a row whose name is no tag is not listed", arguments: ["NULL", "''", "'a b'", "'é'", "7", "x'41'"])
    func misnamed(name: String) async throws {
        try await withLaxStore("\(name), 1, 10, 1, 1000, 0, 0, 0, '', 0") { store in
            let listed = try await store.tags()
            #expect(listed.map(\.tag.name) == ["good"])
        }
    }

    @Test("the table refuses values that is invalid") func theTableRefusesValuesThatCannotBeRight() async throws {
        try await withStore { store in
            _ = try await store.create(Tag("order"), TagSettings())
            for change in ["max_id = NULL", "max_id = 'x'", "step = 0", "start_id = -1", "max_id = 0", "tag = ''"] {
                #expect(throws: DatabaseError.self) { try runSQL("UPDATE segments SET \(change)", in: store.path) }
            }
        }
    }

    /// A write that knows nothing of `version`: it moves `max_id` alone.
    @Test("numbers that another program takes are not reserved")
    func numbersThatAnotherProgramTakesAreNotReserved() async throws {
        try await withStore { store in
            let tag = try Tag("order")
            _ = try await store.create(tag, TagSettings(step: 10))
            let path = store.path
            async let foreign = Self.takeSegmentsAsLeafDoes(100, from: path)
            var own: [Range<Int64>] = []
            for _ in 0..<300 {
                let segment = try await store.reserve(tag, atLeast: nil, after: nil)
                own.append(segment.first..<segment.end)
            }
            let all = try await (own + foreign).sorted { $0.lowerBound < $1.lowerBound }
            #expect(all.count == 400)
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        }
    }

    @concurrent
    private static func takeSegmentsAsLeafDoes(_ count: Int, from path: String) async throws -> [Range<Int64>] {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        var segments: [Range<Int64>] = []
        for _ in 0..<count {
            let end = try await queue.write { database in
                try database.execute(sql: "UPDATE segments SET max_id = max_id + step WHERE tag = 'order'")
                return try Int64.fetchOne(database, sql: "SELECT max_id FROM segments WHERE tag = 'order'") ?? 0
            }
            segments.append((end - 10)..<end)
        }
        return segments
    }

    @Test("a tail is not taken back after another program moved max_id")
    func aTailIsNotTakenBackAfterAnotherProgramMovedMaxID() async throws {
        try await withStore { store in
            let tag = try Tag("order")
            _ = try await store.create(tag, TagSettings(step: 10))
            let tail = try await store.reserve(tag, atLeast: nil, after: nil)
            try runSQL("UPDATE segments SET max_id = max_id + step", in: store.path)
            #expect(try await store.giveBack(tail, of: tag) == false)
            #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 21)
        }
    }

    @Test("a tail is not taken back by a row of an earlier version")
    func aTailIsNotTakenBackByARowOfAnEarlierVersion() async throws {
        try await withStore { old in
            let tag = try Tag("order")
            _ = try await old.create(tag, TagSettings(step: 10))
            let tail = try await old.reserve(tag, atLeast: nil, after: nil)
            try await old.close()
            try runSQL("\(dropColumnOf6); \(dropColumnsOf4); PRAGMA user_version = 3", in: old.path)
            let store = try SQLiteSegmentStore(path: old.path)
            #expect(try await store.giveBack(tail, of: tag) == false)
            let next = try await store.reserve(tag, atLeast: nil, after: nil)
            #expect(next.first == 11)
            #expect(try await store.giveBack(next, of: tag))
        }
    }

    @Test("a row that does not change reserves nothing") func aRowThatDoesNotChangeReservesNothing() async throws {
        try await withStore { store in
            let tag = try Tag("order")
            _ = try await store.create(tag, TagSettings(step: 10))
            try runSQL(
                "CREATE TRIGGER frozen BEFORE UPDATE ON segments BEGIN SELECT RAISE(IGNORE); END", in: store.path)
            let error = await #expect(throws: FrondError.self) {
                try await store.reserve(tag, atLeast: nil, after: nil)
            }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("changed between its read and its write") == true)
        }
    }

    @Test("a row set back is refused for a caller that knows a higher position")
    func aRowSetBackIsRefusedToWhoKnowsBetter() async throws {
        try await withStore { store in
            let tag = try Tag("order")
            _ = try await store.create(tag, TagSettings(step: 10))
            let segment = try await store.reserve(tag, atLeast: nil, after: nil)
            try runSQL("UPDATE segments SET max_id = 1", in: store.path)
            let error = await #expect(throws: FrondError.self) {
                try await store.reserve(tag, atLeast: nil, after: SegmentPosition(cycle: 0, next: segment.end))
            }
            #expect(error?.code == .storeWentBack)
        }
    }

    @Test("a reply that is lost leaves a gap and repeats nothing")
    func aReplyThatIsLostLeavesAGapAndRepeatsNothing() async throws {
        try await withStore { base in
            let tag = try Tag("order")
            let store = FaultInjectingSegmentStore(base, time: ManualTimeSource())
            _ = try await store.create(tag, TagSettings(step: 10))
            store.inject(.errorAfterCommit, nil)
            await #expect(throws: FrondError.self) { try await store.reserve(tag, atLeast: nil, after: nil) }
            #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 11)
        }
    }
}
