import Frond
import FrondTesting
import Testing

@Suite("The in-memory store keeps the contract of a segment store", .timeLimit(.minutes(5)))
struct InMemoryContractTests {
    private let contract = SegmentStoreContract { body in
        let store = InMemorySegmentStore { _ in await Task.yield() }
        try await body { store }
    }

    @Test("keeps the contract", arguments: SegmentStoreContract.Promise.allCases)
    func keeps(promise: SegmentStoreContract.Promise) async throws {
        try await contract.check(promise)
    }

    @Test("a store that compares nothing breaks the contract")
    func noticesMissingComparison() async {
        let broken = SegmentStoreContract { body in
            let store = InMemorySegmentStore(comparing: []) { _ in await Task.yield() }
            try await body { store }
        }
        await #expect(throws: (any Error).self) { try await broken.checkAll() }
    }
}
