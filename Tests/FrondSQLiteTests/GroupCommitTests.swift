import Foundation
import Frond
import FrondTesting
import GRDB
import Synchronization
import Testing

@testable import FrondSQLite

@Suite("Changes that come together share a commit", .timeLimit(.minutes(5)))
struct GroupCommitTests {
    /// Keeps the writer's queue busy until it is released.
    private struct BusyWriter {
        private let released = DispatchSemaphore(value: 0)

        init(_ store: SQLiteSegmentStore) {
            store.pool.asyncWriteWithoutTransaction { [released] _ in released.wait() }
        }

        func release() { released.signal() }
    }

    private final class CommitCounter: TransactionObserver, Sendable {
        let count = Atomic(0)
        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ database: Database) { count.add(1, ordering: .relaxed) }
        func databaseDidRollback(_ database: Database) {}
    }

    private func makeTags(_ count: Int, in store: SQLiteSegmentStore) async throws -> [Tag] {
        let tags = try (0..<count).map { try Tag("tag-\($0)") }
        for tag in tags { _ = try await store.create(tag, TagSettings(step: 10)) }
        return tags
    }

    /// Reserves of all tags at the same time, with nothing written before all of them wait.
    private func reserveTogether(
        _ tags: [Tag], from store: SQLiteSegmentStore, beforeWriting: () throws -> Void = {}
    ) async throws -> [Tag: Result<Segment, any Error>] {
        let writer = BusyWriter(store)
        return try await withThrowingTaskGroup(of: (Tag, Result<Segment, any Error>).self) { group in
            for tag in tags {
                group.addTask {
                    do {
                        return (tag, .success(try await store.reserve(tag, atLeast: nil, after: nil)))
                    } catch {
                        return (tag, .failure(error))
                    }
                }
            }
            try await waitUntil("all wait") { store.commits.waitingCount >= tags.count }
            try beforeWriting()
            writer.release()
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test("a hundred reservations are one transaction") func aHundredReservationsAreOneTransaction() async throws {
        try await withStore { store in
            let tags = try await makeTags(100, in: store)
            let counter = CommitCounter()
            store.pool.add(transactionObserver: counter)
            let results = try await reserveTogether(tags, from: store)
            #expect(try results.values.allSatisfy { try $0.get().first == 1 })
            #expect(counter.count.load(ordering: .relaxed) == 1)
        }
    }

    @Test("an error of one tag undoes no other") func anErrorOfOneTagUndoesNoOther() async throws {
        try await withStore { store in
            let tags = try await makeTags(10, in: store)
            let unknown = try Tag("nobody")
            let results = try await reserveTogether(tags + [unknown], from: store)
            for tag in tags {
                #expect(try results[tag]?.get().first == 1)
                #expect(try await store.tag(tag)?.maxID == 11)
            }
            let error = #expect(throws: FrondError.self) { try results[unknown]?.get() }
            #expect(error?.code == .unknownTag)
        }
    }

    @Test("a commit that fails reserves nothing and the next one works")
    func aCommitThatFailsReservesNothingAndTheNextOneWorks() async throws {
        try await withStore(busyTimeout: .milliseconds(10)) { store in
            let tags = try await makeTags(10, in: store)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: store.path, configuration: configuration)
            let results = try await reserveTogether(tags, from: store) {
                // Another process begins to write, and is slow.
                try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
            }
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            for tag in tags {
                let error = #expect(throws: FrondError.self) { try results[tag]?.get() }
                #expect(error?.code == .storeUnavailable)
                #expect(error?.message.contains("locked by another process") == true)
                #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 1)
            }
        }
    }

    @Test("a full disk is an error and heals once there is room")
    func aFullDiskIsAnErrorAndHealsOnceThereIsRoom() async throws {
        try await withStore { store in
            _ = try await store.pool.writeWithoutTransaction {
                try Int.fetchOne($0, sql: "PRAGMA max_page_count = 6")
            }
            let text = String(repeating: "x", count: 250)
            var created: [Tag] = []
            let error = await #expect(throws: FrondError.self) {
                for index in 0..<1000 {
                    let tag = try Tag("tag-\(index)")
                    _ = try await store.create(tag, TagSettings(description: text))
                    created.append(tag)
                }
            }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("its disk is full") == true)
            #expect(try await store.tags().count == created.count)
            _ = try await store.pool.writeWithoutTransaction {
                try Int.fetchOne($0, sql: "PRAGMA max_page_count = 1000")
            }
            _ = try await store.create(Tag("tag-\(created.count)"), TagSettings(description: text))
        }
    }

    @Test("a cancelled caller takes no other down") func aCancelledCallerTakesNoOtherDown() async throws {
        try await withStore { store in
            let tags = try await makeTags(10, in: store)
            let writer = BusyWriter(store)
            let callers = tags.map { tag in Task { try await store.reserve(tag, atLeast: nil, after: nil) } }
            try await waitUntil("all wait") { store.commits.waitingCount >= tags.count }
            callers[3].cancel()
            writer.release()
            for caller in callers { #expect(try await caller.value.first == 1) }
        }
    }

    @Test("closing finishes what waits") func closingFinishesWhatWaits() async throws {
        try await withStore { store in
            let tags = try await makeTags(10, in: store)
            let writer = BusyWriter(store)
            let callers = tags.map { tag in Task { try await store.reserve(tag, atLeast: nil, after: nil) } }
            try await waitUntil("all wait") { store.commits.waitingCount >= tags.count }
            async let closed: Void = store.close()
            writer.release()
            try await closed
            for caller in callers { #expect(try await caller.value.first == 1) }
        }
    }

    @Test("measure: 10,000 tags created, then reserved, all at once", .enabled(if: isMeasuring))
    func measure() async throws {
        for batchLimit in [GroupCommit.maximumBatch, 1] {
            try await withTemporaryDirectory { directory in
                let file = SQLiteFile(path: "\(directory)/frond.sqlite", busyTimeout: .seconds(5))
                let store = try SQLiteSegmentStore(file: file, batchLimit: batchLimit)
                let tags = try (0..<10_000).map { try Tag("tag-\($0)") }
                let creating = try await time(tags) { _ = try await store.create($0, TagSettings()) }
                let reserving = try await time(tags) { _ = try await store.reserve($0, atLeast: nil, after: nil) }
                print("at most \(batchLimit) a transaction: created in \(creating), reserved in \(reserving)")
            }
        }
    }

    private static var isMeasuring: Bool { ProcessInfo.processInfo.environment["FROND_MEASURE"] != nil }

    private func time(
        _ tags: [Tag], _ body: @escaping @Sendable (Tag) async throws -> Void
    ) async throws -> Duration {
        try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for tag in tags { group.addTask { try await body(tag) } }
                try await group.waitForAll()
            }
        }
    }
}
