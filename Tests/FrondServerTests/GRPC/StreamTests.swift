import Frond
import FrondAPI
import FrondServer
import FrondTesting
import GRPCCore
import SwiftProtobuf
import Synchronization
import Testing

@Suite("A stream of IDs", .timeLimit(.minutes(5)))
struct StreamTests {
    private func ask(
        _ number: Int, _ tag: String = "order", count: Int = 1, _ generator: Frond_V1_Generator = .segment
    ) -> Frond_V1_StreamRequest {
        .with {
            $0.requestID = UInt64(number)
            $0.tag = tag
            $0.count = Int32(count)
            $0.generator = generator
        }
    }

    /// Sends all requests without waiting, and collects the answers.
    private func answers(
        to asks: [Frond_V1_StreamRequest], from client: TestServer.Client
    ) async throws -> [Frond_V1_StreamResponse] {
        try await client.ids.stream { writer in
            try await writer.write(contentsOf: asks)
        } onResponse: { response in
            var answers: [Frond_V1_StreamResponse] = []
            for try await answer in response.messages { answers.append(answer) }
            return answers
        }
    }

    @Test("answers requests of each tag in their order, with exactly as many IDs, none twice")
    func pipelined() async throws {
        var server = TestServer()
        server.store = StoreView(InMemorySegmentStore(), missingTags: .create(TagSettings(step: 10)))
        let asks = (0..<2000).map { ask($0, $0 % 3 == 0 ? "user" : "order", count: $0 % 5) }
        try await server.withClient { client async throws in
            let answers = try await answers(to: asks, from: client)
            #expect(answers.count == asks.count)
            for tag in ["user", "order"] {
                let ofTag = asks.filter { $0.tag == tag }
                let numbers = Set(ofTag.map(\.requestID))
                let replies = answers.filter { numbers.contains($0.requestID) }
                #expect(replies.map(\.requestID) == ofTag.map(\.requestID))
                // No count means one.
                #expect(try replies.map { try $0.runs.numbers.count } == ofTag.map { max(1, Int($0.count)) })
                let ids = try replies.flatMap { try $0.runs.numbers }
                #expect(ids == Array(1...Int64(ids.count)))
            }
        }
    }

    @Test("gives snowflake IDs and UUIDs too")
    func otherGenerators() async throws {
        var server = TestServer()
        server.registry = InMemoryWorkerRegistry()
        try await server.withClient { client async throws in
            let asks = (0..<300).map { ask($0, count: $0 % 100 + 1, $0 % 2 == 0 ? .snowflake : .uuid) }
            let answers = try await answers(to: asks, from: client)
            #expect(answers.allSatisfy { !$0.hasError })
            let ids = try answers.flatMap { try $0.runs.numbers }
            #expect(ids.count == asks.filter { $0.generator == .snowflake }.reduce(0) { $0 + Int($1.count) })
            #expect(ids.adjacentPairsIncrease)
            let uuids = answers.flatMap(\.uuids)
            #expect(uuids.count == asks.filter { $0.generator == .uuid }.reduce(0) { $0 + Int($1.count) })
            #expect(uuids == uuids.sorted() && Set(uuids).count == uuids.count)
        }
    }

    @Test("goes on after a request that cannot be served")
    func errors() async throws {
        let store = InMemorySegmentStore()
        _ = try await store.create(try Frond.Tag("few"), TagSettings(step: 5, maxValue: 5))
        var server = TestServer()
        server.store = store
        try await server.withClient { client async throws in
            let asks = [
                ask(1, "a b"), ask(2, "few", count: -1), ask(3, "nobody"), ask(4, "few", count: 4),
                ask(5, "few", count: 4), ask(6, "few", count: 10_001), ask(7, "few", .snowflake),
            ]
            let answers = try await answers(to: asks, from: client)
            let byRequest = Dictionary(uniqueKeysWithValues: answers.map { ($0.requestID, $0) })
            #expect(byRequest.count == 7)
            let reasons = (1...7).map { byRequest[UInt64($0)]?.error.reason }
            let bad = "invalid-argument"
            #expect(reasons == [bad, bad, "unknown-tag", "", "exhausted", bad, "generator-not-enabled"])
            #expect(try byRequest[4]?.runs.numbers == [1, 2, 3, 4])
            let unknown = try #require(byRequest[3]).error
            #expect(unknown.code == 5 && unknown.message.contains("nobody") && unknown.retryAfterMilliseconds == 0)
        }
    }

    @Test("does not let a tag whose store is slow hold up another")
    func independentLanes() async throws {
        try await TestServer.withOneWaiter { client, _ in
            try await client.ids.stream { writer in
                try await writer.write(contentsOf: [ask(1), ask(2, "user", .uuid)])
            } onResponse: { response in
                var answers = response.messages.makeAsyncIterator()
                let first = try await answers.next()
                #expect(first?.requestID == 2)
                #expect(first?.uuids.count == 1)
                // Going away ends the wait for the other.
            }
        }
    }

    @Test("that the client gives up leaves nobody waiting")
    func cancellation() async throws {
        try await TestServer.withOneWaiter { client, store in
            let stream = Task {
                try await client.ids.stream { writer in
                    try await writer.write(ask(1))
                    // Open until the client gives up.
                    try await Task.sleep(for: .seconds(3600))
                } onResponse: { response in
                    for try await _ in response.messages {}
                }
            }
            try await store.isAsked()
            #expect(try await client.isRefused())
            stream.cancel()
            #expect(try await client.waitsAgain())
            _ = await stream.result
        }
    }

    @Test("ends at the caller's deadline")
    func deadline() async throws {
        try await TestServer.withOneWaiter { client, _ in
            var options = CallOptions.defaults
            options.timeout = .milliseconds(300)
            let late = try await status { [options] in
                try await client.ids.stream(options: options) { writer in
                    try await writer.write(ask(1))
                    try await Task.sleep(for: .seconds(3600))
                } onResponse: { response in
                    for try await _ in response.messages {}
                }
            }
            #expect(late.code == .deadlineExceeded)
            #expect(try await client.waitsAgain())
        }
    }

    @Test("is answered as far as it was read when the server shuts down, and then says so")
    func shutdown() async throws {
        try await TestServer().whileRunning { running in
            try await running.withClient { client async throws in
                let numbers = Mutex<[Int64]>([])
                let end = try await status {
                    try await client.ids.stream { writer in
                        for number in 0..<100 { try await writer.write(ask(number)) }
                        // Open: the server is the one that ends it.
                        try await Task.sleep(for: .seconds(3600))
                    } onResponse: { response in
                        for try await answer in response.messages {
                            let count = try numbers.withLock { numbers in
                                numbers += try answer.runs.numbers
                                return numbers.count
                            }
                            if count == 100 { running.stop() }
                        }
                    }
                }
                #expect(end.code == .unavailable && end.reason == "shut-down" && end.retryAfter != nil)
                #expect(numbers.withLock { $0 } == Array(1...100))
            }
        }
    }
}
