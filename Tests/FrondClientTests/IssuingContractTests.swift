import Frond
import FrondClient
import FrondTesting
import Testing

/// A client keeps the contract of issuing, by calls to the servers and by its own door.
@Suite("IDs of a client", .serialized, .timeLimit(.minutes(5)))
struct IssuingContractTests {
    private static func contract(
        maxCount: Int,
        _ ask: @escaping @Sendable (FrondClient, IssuingContract.Request, TextFormat?) async throws -> IssuedIDs
    ) -> IssuingContract {
        IssuingContract(maxCount: maxCount) { store, check in
            let server = try await TestServer.start(
                store,
                settings: IDIssuer.Settings(scrambleKey: try IssuingContract.scrambleKey()))
            let client = try FrondClient(servers: [server.address])
            try await check { request in
                let format = try request.format.map { try TextFormat($0) }
                let ids = try await ask(client, request, format)
                return IssuingContract.Answer(lines: ids.lines, generator: ids.generator)
            }
            await client.shutdown()
            try await server.stop()
        }
    }

    @Test("made by the servers keep what every way to IDs keeps", arguments: IssuingContract.Promise.allCases)
    func remote(promise: IssuingContract.Promise) async throws {
        let contract = Self.contract(maxCount: 10_000) { client, request, format in
            try await client.remote.next(
                try Tag(request.tag), count: request.count, format: format, by: request.generator)
        }
        try await contract.check(promise)
    }

    @Test("by its own door keep it too", arguments: IssuingContract.Promise.allCases)
    func door(promise: IssuingContract.Promise) async throws {
        let contract = Self.contract(maxCount: 1 << 24) { client, request, format in
            try await client.next(
                request.tag, count: request.count, format: format, by: request.generator)
        }
        try await contract.check(promise)
    }

    @Test("numbers of a plain tag are reserved ahead, and a tag that gets a form later has it from then on")
    func setLater() async throws {
        let store = StoreView(InMemorySegmentStore(), missingTags: .create)
        let server = try await TestServer.start(store)
        let client = try FrondClient(servers: [server.address])
        #expect(try await client.next("order") == "1")
        #expect(try await client.next("order", count: 3).numbers == [NumberRun(first: 2, count: 3)])
        let tag = try Tag("order")
        #expect((try await store.tag(tag)?.maxID ?? 0) > 100, "they are reserved ahead")
        let change = TagChange(options: TagOptions(format: try TextFormat("N{number}")), allowRepeats: true)
        _ = try await store.change(tag, change)
        // What is reserved here is used up before a server can refuse more of it.
        var lines: [String] = []
        while lines.last?.hasPrefix("N") != true, lines.count < 20 {
            lines.append(try await client.next("order", count: 1000).lines[0])
        }
        #expect(lines.last?.hasPrefix("N") == true, "\(lines)")
        await client.shutdown()
        try await server.stop()
    }
}
