import Foundation
import Frond
import FrondTesting
import Testing

@testable import FrondServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("Routes of tags that are set", .timeLimit(.minutes(5)))
struct TagRouteTests {
    struct Answer {
        var status: Int
        var body: String
        var generator: String?
        var contentType: String?
    }

    /// Runs a server on an in-memory store around some work, which may get paths.
    private func withServer(
        _ store: any SegmentStore, redis: CounterGenerators? = nil,
        _ work: @escaping @Sendable (@escaping @Sendable (String) async throws -> Answer) async throws -> Void
    ) async throws {
        var server = TestServer()
        server.store = store
        server.redis = redis
        try await server.whileRunning { running in
            let session = URLSession(configuration: .ephemeral)
            try await work { path in
                guard let url = URL(string: "http://127.0.0.1:\(running.httpPort)\(path)") else {
                    throw URLError(.badURL)
                }
                let (data, response) = try await session.data(from: url)
                let head = response as? HTTPURLResponse
                return Answer(
                    status: head?.statusCode ?? 0, body: String(decoding: data, as: UTF8.self),
                    generator: head?.value(forHTTPHeaderField: "Frond-Generator"),
                    contentType: head?.value(forHTTPHeaderField: "Content-Type"))
            }
            session.finishTasksAndInvalidate()
        }
    }

    private func store(_ options: TagOptions = TagOptions(), maxValue: Int64 = 1000) async throws
        -> InMemorySegmentStore
    {
        let store = InMemorySegmentStore()
        _ = try await store.create(try Frond.Tag("order"), TagSettings(maxValue: maxValue, options: options))
        return store
    }

    @Test("/api/id of a tag that is not set is its segments, and says so")
    func plain() async throws {
        try await withServer(try await store()) { get async throws in
            let answer = try await get("/api/id/order")
            #expect(answer.status == 200)
            #expect(answer.body == "1")
            #expect(answer.generator == "segment")
            #expect(try await get("/api/segment/get/order").generator == nil, "the other routes answer as ever")
            #expect(try await get("/api/id/order?count=2").body == "3\n4")
            #expect(try await get("/api/id/nothing").status == 404)
            #expect(try await get("/api/id").status == 400)
        }
    }

    @Test("a tag's format is written by every route, however often it is asked on one connection")
    func formats() async throws {
        let store = try await store(TagOptions(format: try TextFormat("ORD-{number:6}")))
        try await withServer(store) { get async throws in
            for number in 1...5 {
                #expect(try await get("/api/segment/get/order").body == "ORD-00000\(number)")
            }
            #expect(try await get("/api/id/order?count=2").body == "ORD-000006\nORD-000007")
            #expect(try await get("/api/segment/get/order?count=2").body == "ORD-000008\nORD-000009")
        }
    }

    @Test("a request's own format comes before the tag's; one that is none, or too narrow, is 400")
    func requestFormats() async throws {
        try await withServer(try await store()) { get async throws in
            #expect(try await get("/api/segment/get/order?format=hex:4").body == "0001")
            #expect(try await get("/api/id/order?format=N%7Bnumber%7D").body == "N2")
            let bad = try await get("/api/segment/get/order?format=roman")
            #expect(bad.status == 400)
            #expect(bad.contentType == "application/problem+json")
            let narrow = try await get("/api/segment/get/order?count=20&format=decimal%3D1")
            #expect(narrow.status == 400)
            #expect(narrow.body.contains("decimal=1"), "\(narrow.body)")
        }
    }

    @Test("a tag that names its generators answers on their routes only, and says which they are")
    func routes() async throws {
        let store = try await store(TagOptions(generators: [.segment, .uuid]))
        try await withServer(store) { get async throws in
            #expect(try await get("/api/segment/get/order").body == "1")
            #expect(try await get("/api/uuid/get/order").status == 200)
            _ = try await store.change(
                try Frond.Tag("order"), TagChange(options: TagOptions(generators: [.segment]), allowRepeats: true))
            try await waitUntil("redis answers again") { try await get("/api/uuid/get/order").status == 404 }
            for query in ["", "?version=4"] {
                let answer = try await get("/api/uuid/get/order\(query)")
                #expect(answer.status == 404)
                #expect(
                    answer.body.contains("generator-not-of-tag") && answer.body.contains("segment"), "\(answer.body)")
            }
        }
    }

    @Test("a connection that had decimals on the event loop has the new form when its tag is set")
    func hotConnection() async throws {
        let store = try await store()
        try await withServer(store) { get async throws in
            for number in 1...10 { #expect(try await get("/api/segment/get/order").body == "\(number)") }
            let change = TagChange(options: TagOptions(format: try TextFormat("N{number}")), allowRepeats: true)
            _ = try await store.change(try Frond.Tag("order"), change)
            try await waitUntil("redis answers again") { try await get("/api/segment/get/order").body.hasPrefix("N") }
            for _ in 0..<10 { #expect(try await get("/api/segment/get/order").body.hasPrefix("N")) }
        }
    }

    @Test("the first generator of a tag answers while it can, then the next; the header says which")
    func fallback() async throws {
        let time = ManualTimeSource()
        let tag = try Frond.Tag("order")
        let counter = InMemoryCounterStore(tags: [tag], plan: .script([.errorBefore]), time: time)
        let redis = CounterGenerators(store: counter, time: time)
        let store = try await store(TagOptions(generators: [.redis, .segment, .uuid]))
        try await withServer(store, redis: redis) { get async throws in
            #expect(try await get("/api/id/order").generator == "segment")
            #expect(try await get("/api/redis/get/order").status == 503, "a route of one generator has no other")
            time.advance(by: .seconds(5))
            try await waitUntil("redis answers again") { try await get("/api/id/order").generator == "redis" }
        }
    }

    @Test("where all fail, the answer says what each of them said")
    func allFail() async throws {
        let store = FaultInjectingSegmentStore(
            try await store(TagOptions(generators: [.redis, .segment])), time: ManualTimeSource())
        try await withServer(store) { get async throws in
            #expect(try await get("/api/id/order").generator == "segment", "redis is not enabled here")
            _ = try await get("/api/id/order?count=900")
            store.beginOutage()
            let answer = try await get("/api/id/order?count=500")
            #expect(answer.status == 503)
            #expect(answer.body.contains("redis: this server has no redis generator enabled"), "\(answer.body)")
            #expect(answer.body.contains("segment: "), "\(answer.body)")
        }
    }
}
