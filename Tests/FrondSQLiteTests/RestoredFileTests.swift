import Foundation
import Frond
import FrondTesting
import GRDB
import Testing

@testable import FrondSQLite

@Suite("A file that was put back in place", .timeLimit(.minutes(5)))
struct RestoredFileTests {
    private let order: Frond.Tag

    init() throws { order = try Frond.Tag("order") }

    /// A way in which operators put a backup back.
    enum Way: CaseIterable {
        case overwritten, directoryOverwritten, byBackup, recreated
    }

    /// Uses the file once: numbers are reserved, and it is closed.
    @discardableResult
    private func use(_ path: String) async throws -> Int64 {
        let store = try SQLiteSegmentStore(path: path)
        if try await store.tag(order) == nil { _ = try await store.create(order, TagSettings(step: 100)) }
        let first = try await store.reserve(order, atLeast: nil, after: nil).first
        try await store.close()
        return first
    }

    private func overwrite(_ path: String, with bytes: Data) throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: bytes)
        try file.close()
    }

    /// With the log, SQLite would bring the file up to date again.
    private func removeLog(of path: String) throws {
        for file in ["\(path)-wal", "\(path)-shm"] where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }

    @Test("is refused until it is adopted, however it was put back", arguments: Way.allCases)
    func restored(way: Way) async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/data/frond.sqlite"
            try await use(path)
            let saved = try Data(contentsOf: URL(filePath: path))
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/data")
            #expect(try await use(path) == 101)
            #expect(try await use(path) == 201)
            switch way {
            case .overwritten:
                try overwrite(path, with: saved)
                try removeLog(of: path)
            case .directoryOverwritten:
                try overwrite(path, with: saved)
                try removeLog(of: path)
                for name in names where name.contains("opening") {
                    #expect(FileManager.default.createFile(atPath: "\(directory)/data/\(name)", contents: Data()))
                }
            case .byBackup:
                try saved.write(to: URL(filePath: "\(directory)/saved.sqlite"))
                let (from, to) = (
                    try DatabaseQueue(path: "\(directory)/saved.sqlite"), try DatabaseQueue(path: path)
                )
                try from.backup(to: to)
                try from.close()
                try to.close()
            case .recreated:
                // A file system may give a new file the number of one that was removed; never its birth.
                try FileManager.default.removeItem(atPath: path)
                try removeLog(of: path)
                try saved.write(to: URL(filePath: path))
            }
            let error = openingError(path)
            #expect(error?.message.contains("frond store adopt") == true, "\(String(describing: error))")
            let adopted = try SQLiteSegmentStore(path: path, adopting: true)
            #expect(try await adopted.tag(order)?.maxID == 101, "what the backup knows")
            try await adopted.close()
            #expect(openingError(path) == nil)
        }
    }

    @Test("a backup that was made while the store was in use is older than its clean end")
    func onlineBackup() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/frond.sqlite"
            let store = try SQLiteSegmentStore(path: path)
            _ = try await store.create(order, TagSettings(step: 100))
            let saved = try DatabaseQueue(path: "\(directory)/saved.sqlite")
            try store.pool.backup(to: saved)
            try saved.close()
            _ = try await store.reserve(order, atLeast: nil, after: nil)
            try await store.close()
            try overwrite(path, with: Data(contentsOf: URL(filePath: "\(directory)/saved.sqlite")))
            try removeLog(of: path)
            #expect(openingError(path)?.message.contains("frond store adopt") == true)
        }
    }

    @Test("opens again and again, by several at once, after crashes, renames and the loss of its marks")
    func untouched() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/frond.sqlite"
            try await use(path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await use(path) } }
                try await group.waitForAll()
            }
            do {
                // As after a crash: its end is not marked.
                let crashed = try SQLiteSegmentStore(path: path)
                try await use(path)
                _ = try await crashed.reserve(order, atLeast: nil, after: nil)
            }
            try await use(path)
            for end in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + end) {
                try FileManager.default.moveItem(atPath: path + end, toPath: "\(directory)/other.sqlite\(end)")
            }
            try await use("\(directory)/other.sqlite")
            for end in ["", "-wal", "-shm"]
            where FileManager.default.fileExists(atPath: "\(directory)/other.sqlite\(end)") {
                try FileManager.default.moveItem(atPath: "\(directory)/other.sqlite\(end)", toPath: path + end)
            }
            try await use(path)
            let marks = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.contains("opening") }
            #expect(marks.count == 1, "\(marks)")
            for mark in marks { try FileManager.default.removeItem(atPath: "\(directory)/\(mark)") }
            try await use(path)
        }
    }

    @Test("an opening that ended before it left its mark keeps none from opening, however many do")
    func unmarked() {
        var openings = Openings(latest: "a", previous: "")
        for name in ["b", "c", "d"] {
            #expect(openings.explains(["a"]))
            openings = openings.followed(by: name, marks: ["a"])
        }
        #expect(openings == Openings(latest: "d", previous: "a"))
        #expect(openings.explains(["d"]) && openings.explains(["a", "d"]) && openings.explains([]))
        #expect(!openings.explains(["b"]) && !openings.explains(["d", "e"]))
        #expect(openings.followed(by: "e", marks: ["d"]) == Openings(latest: "e", previous: "d"))
    }

    @Test("names are read back from their text, and from no other")
    func text() {
        for openings in [Openings(latest: "a1", previous: ""), Openings(latest: "a1", previous: "b2")] {
            #expect(Openings(text: openings.text) == openings)
        }
        for text in ["", " ", " b", "a", "a b c"] { #expect(Openings(text: text) == nil) }
    }
}
