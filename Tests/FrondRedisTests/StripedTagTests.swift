import Frond
import FrondRedis
import FrondTesting
import TestServers
import Testing

@Suite("Numbers that are spread over several databases", .timeLimit(.minutes(5)))
struct StripedTagTests {
    @Test("are not counted in Redis, which would give out those of the other databases")
    func refused() async throws {
        let server = try await RedisServer.start([])
        let tag = try Frond.Tag("order")
        let ceiling = InMemorySegmentStore()
        var record = try await ceiling.create(tag, TagSettings())
        record.stripe.count = 2
        ceiling.overwrite(record)
        let store = RedisCounterStore(try RedisURL("redis://127.0.0.1:\(server.port)"), ceiling: ceiling)
        let error = await #expect(throws: FrondError.self) { try await store.draw(tag, count: 1) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("spread over several databases") == true, "\(error?.message ?? "")")
    }
}
