import Frond
import FrondSQLite
import FrondTesting
import Testing

@Suite("SQLite keeps the contract of a segment store", .timeLimit(.minutes(5)))
struct SQLiteContractTests {
    private let contract = SegmentStoreContract { body in
        try await withTemporaryDirectory { directory in
            try await body { try SQLiteSegmentStore(path: "\(directory)/frond.sqlite") }
        }
    }

    @Test("keeps the contract", arguments: SegmentStoreContract.Promise.allCases)
    func keeps(promise: SegmentStoreContract.Promise) async throws {
        try await contract.check(promise)
    }
}

@Suite("What changed in a file", .timeLimit(.minutes(5)))
struct ChangedTagsTests {
    @Test("is listed by the time of the change alone")
    func changes() async throws {
        try await withStore { store in
            for name in ["a", "b"] { _ = try await store.create(try Tag(name), TagSettings()) }
            try runSQL("UPDATE segments SET updated_at = 0", in: store.path)
            #expect(try await store.changedTags(within: .seconds(10)).isEmpty)
            _ = try await store.change(try Tag("b"), TagChange(step: 7))
            #expect(try await store.changedTags(within: .seconds(10)).map(\.tag.name) == ["b"])
            #expect(try await store.changedTags(within: .seconds(Int64.max)).count == 2)
        }
    }
}
