import Frond
import FrondRedis
import FrondTesting
import TestServers
import Testing

@Suite("The ceiling of a counter in Redis", .timeLimit(.minutes(5)))
struct CeilingTests {
    @Test("a ceiling store that is down stops only the tags that need it, and is not asked again and again")
    func ceilingDown() async throws {
        let redis = try await RedisServer.start()
        let time = ManualTimeSource()
        let ceiling = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        let (full, empty) = (try Frond.Tag("full"), try Frond.Tag("empty"))
        for tag in [full, empty] { _ = try await ceiling.create(tag, TagSettings()) }
        let store = RedisCounterStore(
            RedisURL(host: "127.0.0.1", port: redis.port), ceiling: ceiling, policy: Fleet.policy, time: time)
        let generators = CounterGenerators(store: store, policy: Fleet.patience)
        #expect(try await generators.next(full) == 1)
        ceiling.beginOutage()
        let before = ceiling.callCount
        for number in 2...20 as ClosedRange<Int64> {
            #expect(await errorCode { _ = try await generators.next(empty) } == .storeUnavailable)
            #expect(try await generators.next(full) == number)
        }
        #expect(ceiling.callCount == before + 1)
        #expect(generators.failure == nil && !generators.isStarved)
        ceiling.endOutage()
        time.advance(by: .seconds(1))
        #expect(try await generators.next(empty) == 1)
    }

    @Test("a ceiling store that went back is refused, not believed")
    func ceilingWentBack() async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        let old = try #require(try await fleet.ceiling.tag(fleet.tag))
        try await fleet.draw()
        fleet.ceiling.overwrite(old)
        _ = try await redis.command("FLUSHALL")
        #expect(await errorCode { try await fleet.draw() } == .storeWentBack)
    }

    @Test("a range beyond the ceiling is refused: another store's, or the store went back")
    func beyondTheCeiling() async throws {
        let redis = try await RedisServer.start()
        let (fleet, stranger) = (try await Fleet(), try await Fleet())
        fleet.connect(to: redis)
        try await fleet.draw()
        stranger.connect(to: redis)
        #expect(await errorCode { try await stranger.draw() } == .storeWentBack)
        _ = try await stranger.ceiling.change(stranger.tag, TagChange(maxID: 100_000))
        try await stranger.draw()
        stranger.ceiling.remove(stranger.tag)
        stranger.connect(to: redis)
        #expect(await errorCode { try await stranger.draw() } == .unknownTag)
    }

    @Test("a range that another server was faster to install is given back, and no number is lost")
    func races() async throws {
        let redis = try await RedisServer.start()
        let gate = Gate()
        // The first reservation waits in the middle, until the other server has installed its own.
        let ceiling = InMemorySegmentStore(beforeSwap: { _ in await gate.pass() })
        let fleet = try await Fleet(ceiling: ceiling)
        fleet.connect(to: redis)
        let (first, second) = (fleet.stores[0], fleet.stores[1])
        let tag = fleet.tag
        let slow = Task { try await first.draw(tag, count: 2) }
        await gate.waitForArrival()
        #expect(try await second.draw(tag, count: 2) == [NumberRun(first: 1, count: 2)])
        gate.open()
        #expect(try await slow.value == [NumberRun(first: 3, count: 2)])
        #expect(first.events.rangesLost == 1 && second.events.rangesInstalled == 1)
        #expect(try await ceiling.tag(tag)?.maxID == 501)
    }

    @Test("the events are told, each with its tag")
    func eventsAreTold() async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        let (stream, told) = AsyncStream.makeStream(of: RedisCounterEvent.self)
        let store = RedisCounterStore(
            RedisURL(host: "127.0.0.1", port: redis.port), ceiling: fleet.ceiling, policy: Fleet.policy
        ) { told.yield($0) }
        _ = try await store.draw(fleet.tag, count: 1)
        _ = try await redis.command("FLUSHALL")
        _ = try await store.draw(fleet.tag, count: 1)
        _ = try await redis.command("HSET", fleet.key, "used", "0")
        _ = try await store.draw(fleet.tag, count: 1)
        told.finish()
        let events = await stream.reduce(into: []) { $0.append($1) }
        #expect(events == [RedisCounterEvent(.missing, tag: fleet.tag), RedisCounterEvent(.damaged, tag: fleet.tag)])
        #expect(store.events.missing == 1 && store.events.damaged == 1 && store.events.rangesInstalled == 3)
    }
}
