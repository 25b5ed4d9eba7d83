import Frond
import FrondSQLite
import FrondTesting
import Testing

@Suite("SQLite keeps the contract of a segment store")
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
