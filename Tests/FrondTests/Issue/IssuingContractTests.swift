import Frond
import FrondTesting
import Testing

@Suite("IDs in one's own process")
struct IssuingContractTests {
    private let contract = IssuingContract(maxCount: 1 << 24) { store, check in
        let issuer = IDIssuer(
            store: store, settings: IDIssuer.Settings(scrambleKey: try IssuingContract.scrambleKey()))
        try await check { request in
            let format = try request.format.map { try TextFormat($0) }
            let ids = try await issuer.next(
                request.tag, count: request.count, format: format, by: request.generator)
            return IssuingContract.Answer(lines: Array(ids), generator: ids.generator)
        }
        await issuer.shutdown()
    }

    @Test("keep what every way to IDs keeps", arguments: IssuingContract.Promise.allCases)
    func keeps(promise: IssuingContract.Promise) async throws {
        try await contract.check(promise)
    }

    @Test("one ID is a text, many are runs without copies, and a name that is no tag is an error")
    func door() async throws {
        let ids = IDIssuer(store: InMemorySegmentStore(), missingTags: .create)
        #expect(try await ids.next("order") == "1")
        #expect(try await ids.next("order") == "2", "at once, now that the tag is known")
        #expect(try await ids.next("order", format: try TextFormat("hex:4")) == "0003")
        let batch = try await ids.next("order", count: 500)
        #expect(batch.count == 500)
        #expect(batch.numbers?.first == NumberRun(first: 4, count: 500))
        #expect(batch.map(\.self).last == "503")
        #expect(try await ids.next("order", by: .uuid).count == 36)
        let error = await #expect(throws: FrondError.self) { try await ids.next("or der") }
        #expect(error?.code == .invalidArgument)
        await ids.shutdown()
        let ended = await #expect(throws: FrondError.self) { try await ids.next("order") }
        #expect(ended?.code == .shutDown)
    }
}
