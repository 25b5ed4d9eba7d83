import Frond
import GRDB
import Testing

@testable import FrondSQLite

@Suite("A file that another process locks for long", .timeLimit(.minutes(5)))
struct LockedFileTests {
    @Test("a file that stays locked is not waited for longer than the timeout")
    func aFileThatStaysLockedIsNotWaitedForLongerThanTheTimeout() async throws {
        try await withStore { store in
            try await store.close()
            let other = try lock(store.path)
            let (path, clock) = (store.path, ContinuousClock())
            let duration = clock.measure {
                let error = #expect(throws: FrondError.self) {
                    try SQLiteSegmentStore(path: path, busyTimeout: .seconds(1))
                }
                #expect(error?.message.contains("locked by another process") == true)
            }
            #expect(duration < .seconds(10))
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        }
    }

    @Test("shutdown on a locked file is bounded") func shutdownOnALockedFileIsBounded() async throws {
        try await withStore(busyTimeout: .seconds(60)) { store in
            let generators = SegmentGenerators(store: store)
            let tags = try (0..<100).map { try Tag("tag-\($0)") }
            for tag in tags {
                _ = try await store.create(tag, TagSettings())
                _ = try await generators.next(tag)
            }
            let other = try lock(store.path)
            let duration = await ContinuousClock().measure {
                await generators.shutdown(within: .milliseconds(300))
                // What was under way is not made any more.
                _ = try? await store.close()
            }
            #expect(duration < .seconds(20))
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            let records = try await SQLiteSegmentStore(path: store.path).tags()
            #expect(records.allSatisfy { $0.maxID == 1001 })
        }
    }

    /// Begins to write as another process would, and does not end.
    private func lock(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        return queue
    }
}
