import Foundation
import Frond
import FrondTesting
import Testing

@testable import FrondSQLite

@Suite("A file that is damaged", .timeLimit(.minutes(5)))
struct DamageTests {
    @Test("a damaged file is an error and never a number") func aDamagedFileIsAnErrorAndNeverANumber() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/frond.sqlite"
            let store = try SQLiteSegmentStore(path: path)
            let tag = try Tag("order")
            _ = try await store.create(tag, TagSettings())
            try await store.close()
            // The pages after the first, which holds the list of tables, are overwritten.
            try damage(path, from: 4096)
            let error = try #require(openingError(path))
            #expect(error.code == .storeCorrupt)
            #expect(error.message.contains("file '\(path)' is damaged"))
        }
    }

    /// Overwrites a file from a byte to its end; a negative one counts from the end.
    private func damage(_ path: String, from byte: Int) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let size = Int(try file.seekToEnd())
        let start = byte < 0 ? size + byte : byte
        try file.seek(toOffset: UInt64(start))
        try file.write(contentsOf: Data(repeating: 0x5A, count: size - start))
        try file.close()
    }

    @Test("a file whose last page is damaged is refused") func aFileWhoseLastPageIsDamagedIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/frond.sqlite"
            let store = try SQLiteSegmentStore(path: path)
            for index in 0..<300 { _ = try await store.create(Tag("tag-\(index)"), TagSettings()) }
            try await store.close()
            try damage(path, from: -4096)
            #expect(try #require(openingError(path)).message.contains("file '\(path)' is damaged"))
        }
    }

    @Test("a row that cannot be right does not keep the file from opening")
    func aRowThatCannotBeRightDoesNotKeepTheFileFromOpening() async throws {
        try await withStore { store in
            _ = try await store.create(Tag("order"), TagSettings())
            try runSQL("PRAGMA ignore_check_constraints = 1; UPDATE segments SET step = 0", in: store.path)
            try await store.close()
            #expect(openingError(store.path) == nil)
        }
    }

    @Test("a file that is damaged while it is open counts as a store that is down")
    func aFileThatIsDamagedWhileItIsOpenIsAStoreThatIsDown() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/frond.sqlite"
            let tag = try Tag("order")
            let store = try SQLiteSegmentStore(path: path)
            _ = try await store.create(tag, TagSettings())
            // Another process moves all from the log to the file, so that this one reads the file anew.
            try runSQL("UPDATE segments SET step = 7; PRAGMA wal_checkpoint(TRUNCATE)", in: path)
            try damage(path, from: 4096)
            let generators = SegmentGenerators(store: store)
            let error = await #expect(throws: FrondError.self) { try await generators.next(tag) }
            #expect(error?.code == .storeCorrupt)
            #expect(error?.message.contains("file '\(path)' is damaged") == true)
            #expect(generators.failure?.code == .storeCorrupt)
            #expect(generators.isStarved)
        }
    }
}
