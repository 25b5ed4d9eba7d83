import Foundation
import Frond
import FrondTesting
import GRDB
import Testing

@testable import FrondSQLite

@Suite("Opening a file", .timeLimit(.minutes(5)))
struct OpeningTests {
    @Test("writes are durable against power loss") func writesAreDurableAgainstPowerLoss() async throws {
        try await withStore { store in
            let (mode, synchronous) = try await store.pool.writeWithoutTransaction { database in
                (
                    try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                    try Int.fetchOne(database, sql: "PRAGMA synchronous")
                )
            }
            #expect(mode == "wal")
            #expect(synchronous == 2, "FULL is 2")
        }
    }

    @Test("the file is for its owner alone") func theFileIsForItsOwnerAlone() async throws {
        try await withStore { store in
            _ = try await store.create(Tag("order"), TagSettings())
            for ending in ["", "-wal", "-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: store.path + ending)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "the file ending in '\(ending)'")
            }
        }
    }

    @Test("missing directories are made") func missingDirectoriesAreMade() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/a/b/frond.sqlite"
            _ = try SQLiteSegmentStore(path: path)
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("an empty file is new") func anEmptyFileIsNew() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/frond.sqlite"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            let store = try SQLiteSegmentStore(path: path)
            #expect(try await store.tags().isEmpty)
        }
    }

    @Test("many callers that make one file at the same time all succeed")
    func manyThatMakeOneFileAtTheSameTimeAllSucceed() async throws {
        try await withTemporaryDirectory { directory in
            let tag = try Tag("order")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let store = StoreView(
                            try SQLiteSegmentStore(path: "\(directory)/frond.sqlite"), missingTags: .create)
                        _ = try await store.reserve(tag, atLeast: nil, after: nil)
                    }
                }
                try await group.waitForAll()
            }
            let record = try await SQLiteSegmentStore(path: "\(directory)/frond.sqlite").tag(tag)
            #expect(record?.maxID == 8001)
        }
    }

    @Test("a directory is refused") func aDirectoryIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let error = try #require(openingError(directory))
            #expect(error.code == .storeUnavailable)
            #expect(error.message.contains("'\(directory)' is a directory"))
        }
    }

    @Test("a file with several names is refused, since each would have a log of its own; a symbolic link is none")
    func hardLinks() async throws {
        try await withStore { store in
            try await store.close()
            let (link, symbolic) = (store.path + "-hard", store.path + "-symbolic")
            try FileManager.default.createSymbolicLink(atPath: symbolic, withDestinationPath: store.path)
            #expect(openingError(symbolic) == nil)
            try FileManager.default.linkItem(atPath: store.path, toPath: link)
            for path in [store.path, link] {
                let error = try #require(openingError(path))
                #expect(error.message.contains("2 names"), "\(error)")
            }
        }
    }

    @Test("a place that cannot be written is refused", arguments: ["/proc/frond/frond.sqlite", "/proc/frond.sqlite"])
    func unwritable(path: String) throws {
        let error = try #require(openingError(path))
        #expect(error.code == .storeUnavailable)
        #expect(error.message.contains("'/proc/frond"))
    }

    @Test("what is no file is refused", arguments: ["", ":memory:", "/dev/null", "/dev/full"])
    func noFile(path: String) throws {
        let error = try #require(openingError(path))
        #expect(error.message.hasPrefix("'\(path)' is not "))
    }

    @Test("a link to a file is followed") func aLinkToAFileIsFollowed() async throws {
        try await withTemporaryDirectory { directory in
            let (link, file) = ("\(directory)/link", "\(directory)/file")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
            _ = try await SQLiteSegmentStore(path: link).create(Tag("order"), TagSettings())
            #expect(try await SQLiteSegmentStore(path: file).tags().count == 1)
        }
    }

    @Test("a directory below a file is refused") func aDirectoryBelowAFileIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            #expect(FileManager.default.createFile(atPath: "\(directory)/file", contents: nil))
            let error = try #require(openingError("\(directory)/file/a/frond.sqlite"))
            #expect(error.code == .storeUnavailable)
            #expect(error.message.contains("directory '\(directory)/file' cannot be made (File exists)"))
        }
    }

    @Test("a file that is not a database is refused and left as it is")
    func aFileThatIsNoDatabaseIsRefusedAndLeftAsItIs() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/frond.sqlite"
            let text = String(repeating: "This is a letter, and no database. ", count: 200)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            let error = try #require(openingError(path))
            #expect(error.code == .storeCorrupt)
            #expect(error.message.contains("file '\(path)' is not an SQLite database"))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        }
    }

    @Test("a file that must exist is not made") func aFileThatMustExistIsNotMade() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/typo/frond.sqlite"
            let error = #expect(throws: FrondError.self) { try SQLiteSegmentStore(path: path, mustExist: true) }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("file '\(path)' does not exist") == true)
            #expect(throws: FrondError.self) { try SQLiteWorkerRegistry(path: path, mustExist: true) }
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/typo"))
            _ = try await SQLiteSegmentStore(path: path).create(Tag("order"), TagSettings())
            #expect(try await SQLiteSegmentStore(path: path, mustExist: true).tags().count == 1)
        }
    }

    @Test("a file of a newer Frond is refused") func aFileOfANewerFrondIsRefused() async throws {
        try await withStore { store in
            try runSQL("PRAGMA user_version = 999", in: store.path)
            let error = try #require(openingError(store.path))
            #expect(error.code == .storeCorrupt)
            #expect(error.message.contains("written by a newer Frond"))
        }
    }

    @Test("the database of another program is refused and gets no table")
    func theDatabaseOfAnotherProgramIsRefusedAndGetsNoTable() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/notes.sqlite"
            try runSQL("CREATE TABLE notes (text TEXT)", in: path)
            let error = try #require(openingError(path))
            #expect(error.code == .storeCorrupt)
            #expect(error.message.contains("another program"))
            #expect(try DatabaseQueue(path: path).read { try !$0.tableExists("segments") })
        }
    }

    @Test("a file that is removed or replaced while it is open reserves nothing", arguments: [true, false])
    func fileTaken(isReplaced: Bool) async throws {
        try await withStore { store in
            let tag = try Tag("order")
            _ = try await store.create(tag, TagSettings(step: 10))
            let (path, aside) = (store.path, store.path + ".aside")
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            if isReplaced { try FileManager.default.copyItem(atPath: aside, toPath: path) }
            let error = await #expect(throws: FrondError.self) {
                try await store.reserve(tag, atLeast: nil, after: nil)
            }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("'\(path)' was removed or replaced") == true)
            if isReplaced { try FileManager.default.removeItem(atPath: path) }
            try FileManager.default.moveItem(atPath: aside, toPath: path)
            #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 11)
        }
    }

    @Test(
        "a store whose log or index was removed reserves nothing: what is in them would be given out again",
        arguments: ["-wal", "-shm"])
    func sideFileTaken(suffix: String) async throws {
        try await withStore { store in
            let tag = try Tag("order")
            _ = try await store.create(tag, TagSettings(step: 10))
            try FileManager.default.moveItem(atPath: store.path + suffix, toPath: store.path + ".aside")
            let error = await #expect(throws: FrondError.self) {
                try await store.reserve(tag, atLeast: nil, after: nil)
            }
            #expect(error?.code == .storeUnavailable)
            try FileManager.default.moveItem(atPath: store.path + ".aside", toPath: store.path + suffix)
            #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 11)
        }
    }

    @Test("a closed store answers that it is closed") func aClosedStoreAnswersThatItIsClosed() async throws {
        try await withStore { store in
            let tag = try Tag("order")
            _ = try await store.create(tag, TagSettings())
            try await store.close()
            try await store.close()
            let reserving = await #expect(throws: FrondError.self) {
                try await store.reserve(tag, atLeast: nil, after: nil)
            }
            #expect(reserving?.code == .storeUnavailable)
            #expect(reserving?.message.contains("is closed") == true)
            let reading = await #expect(throws: FrondError.self) { try await store.tag(tag) }
            #expect(reading?.message.contains("is closed") == true)
            #expect(!FileManager.default.fileExists(atPath: store.path + "-wal"), "the log was folded into the file")
        }
    }

    @Test("a copy of the file is refused, by whatever name, until it is adopted; a rename and a link are no copies")
    func copies() async throws {
        try await withTemporaryDirectory { directory in
            let original = "\(directory)/frond.sqlite"
            let store = try SQLiteSegmentStore(path: original)
            _ = try await store.create(Tag("order"), TagSettings(startID: 5))
            try await store.close()
            try FileManager.default.copyItem(atPath: original, toPath: "\(directory)/copy.sqlite")
            let error = openingError("\(directory)/copy.sqlite")
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("frond store adopt") ?? false, "\(String(describing: error))")
            try FileManager.default.moveItem(atPath: original, toPath: "\(directory)/renamed.sqlite")
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/link.sqlite", withDestinationPath: "\(directory)/renamed.sqlite")
            for name in ["renamed", "link"] {
                let store = try SQLiteSegmentStore(path: "\(directory)/\(name).sqlite")
                #expect(try await store.tag(Tag("order"))?.maxID == 5)
                try await store.close()
            }
            let adopted = try SQLiteSegmentStore(path: "\(directory)/copy.sqlite", adopting: true)
            try await adopted.close()
            #expect(openingError("\(directory)/copy.sqlite") == nil)
        }
    }

    @Test("an adopted copy has none of the original's holdings, and all of its horizons")
    func adoptedHoldings() async throws {
        try await withTemporaryDirectory { directory in
            let original = try SQLiteSegmentStore(path: "\(directory)/frond.sqlite")
            let lease = try await SQLiteWorkerRegistry(beside: original).acquire(workerRequest(7..<8))
            try await original.close()
            try FileManager.default.copyItem(
                atPath: "\(directory)/frond.sqlite", toPath: "\(directory)/copy.sqlite")
            let copy = try SQLiteSegmentStore(path: "\(directory)/copy.sqlite", adopting: true)
            let freed = try #require(try await SQLiteWorkerRegistry(beside: copy).worker(7))
            #expect(freed.isReleased)
            #expect(freed.secret == nil)
            #expect(freed.token > lease.token, "its holder is told")
            #expect(freed.horizonMilliseconds == lease.horizonMilliseconds)
            // A process that has the file open, as the original of a restored backup may, does not go on with it.
            let error = await #expect(throws: FrondError.self) {
                try await SQLiteWorkerRegistry(beside: copy).extend(
                    lease, to: lease.horizonMilliseconds + 9000, nowMilliseconds: 1_000_100)
            }
            #expect(error?.code == .workerIDTaken)
        }
    }

    @Test("a file that is no copy keeps its holdings when it is adopted: their processes may run")
    func adoptedOriginal() async throws {
        try await withStore { store in
            let lease = try await SQLiteWorkerRegistry(beside: store).acquire(workerRequest(7..<8))
            let adopted = try SQLiteSegmentStore(path: store.path, adopting: true)
            #expect(try await SQLiteWorkerRegistry(beside: adopted).worker(7) == lease.record)
        }
    }

    @Test("a file on a network file system is refused")
    func networkFile() async throws {
        try await withTemporaryDirectory { directory in
            let file = SQLiteFile(
                path: "\(directory)/frond.sqlite", busyTimeout: .seconds(1), kind: FileSystemKind(magic: 0xFF53_4D42))
            let error = #expect(throws: FrondError.self) { try file.open() }
            #expect(error?.message.contains("CIFS") ?? false)
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/frond.sqlite"))
        }
    }
}
