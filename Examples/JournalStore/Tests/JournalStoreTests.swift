import Foundation
import Frond
import FrondTesting
import JournalStore
import Testing

@Suite("a store of one's own", .timeLimit(.minutes(5)))
struct JournalStoreTests {
    private static let contract = SegmentStoreContract { body in
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appendingPathComponent("journal").path
        try await body { try JournalStore(path: path) }
    }

    @Test("keeps the contract", arguments: SegmentStoreContract.Promise.allCases)
    func keeps(promise: SegmentStoreContract.Promise) async throws {
        try await Self.contract.check(promise)
    }

    @Test("a line that a crash cut off was never reserved, and is cut off")
    func tornLine() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let tag = try Frond.Tag("order")
        let store = try JournalStore(path: path)
        _ = try await store.create(tag, TagSettings(step: 10))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"tag":"order","maxID":2"#.utf8))
        try handle.close()
        #expect(try await JournalStore(path: path).reserve(tag, atLeast: nil, after: nil).first == 11)
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 21)
    }

    @Test("a folder that does not exist is refused with the cure")
    func noFolder() async throws {
        let error = #expect(throws: FrondError.self) { try JournalStore(path: "/nonexistent/journal") }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.message.contains("check that its folder exists") == true)
    }
}
