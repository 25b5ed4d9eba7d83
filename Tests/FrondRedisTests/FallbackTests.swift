import Foundation
import Frond
import FrondRedis
import FrondTesting
import TestServers
import Testing

/// Servers that ask Redis first and segments next, and every text that they gave.
private final class ChainedServers {
    let tag: Frond.Tag
    let store = InMemorySegmentStore()
    private(set) var servers: [IDIssuer] = []
    private(set) var texts: Set<String> = []
    private(set) var repeated: [String] = []
    private(set) var generators: [GeneratorKind] = []
    let time: [ManualWall]

    /// - Parameter limit: how long a request may take over all generators.
    init(_ redis: RedisServer, _ options: TagOptions, limit: Duration = .seconds(10)) async throws {
        tag = try Frond.Tag("order")
        _ = try await store.create(tag, TagSettings(step: 10, options: options))
        time = [ManualWall(), ManualWall()]
        let policy = RedisPolicy(ceilingStep: 50, connectTimeout: .seconds(1), commandTimeout: .seconds(1))
        servers = time.map { [store] time in
            let numbers = StoreView(store, time: time)
            let counters = CounterGenerators(
                store: RedisCounterStore(
                    RedisURL(host: "127.0.0.1", port: redis.port), ceiling: numbers, policy: policy, time: time),
                policy: CounterPolicy(waitLimit: .seconds(30)), time: time)
            return IDIssuer(
                segments: SegmentGenerators(store: numbers, time: time), redis: counters,
                settings: IDIssuer.Settings(waitLimit: limit), time: time)
        }
    }

    /// Asks every server, many callers at a time.
    /// - Returns: the generators that answered.
    @discardableResult
    func take(callers: Int = 20) async throws -> Set<GeneratorKind> {
        let answers = try await withThrowingTaskGroup(of: IssuedIDs.self) { [servers, tag] group in
            for server in servers {
                for caller in 0..<callers { group.addTask { try await server.issue(tag, count: 1 + caller % 3) } }
            }
            return try await group.reduce(into: [IssuedIDs]()) { $0.append($1) }
        }
        for text in answers.flatMap(\.lines) where !texts.insert(text).inserted { repeated.append(text) }
        return Set(answers.map(\.generator))
    }

    /// Asks until every answer comes from this generator.
    func take(until generator: GeneratorKind, file: StaticString = #fileID, line: UInt = #line) async throws {
        try await waitUntil("all are answered by \(generator)", file: file, line: line) {
            try await take() == [generator]
        }
    }
}

/// The system's time, with a wall clock that a test moves.
private final class ManualWall: TimeSource {
    private let wall = ManualTimeSource()
    private let system = SystemTimeSource()

    var monotonic: Duration { system.monotonic }
    var wallMilliseconds: Int64 { wall.wallMilliseconds }
    func sleep(until deadline: Duration) async { await system.sleep(until: deadline) }
    func setWall(milliseconds: Int64) { wall.setWall(milliseconds: milliseconds) }
}

@Suite("Fallbacks of a real Redis", .timeLimit(.minutes(5)))
struct FallbackTests {
    @Test("killed, empty and back, again and again: segments answer meanwhile, Redis afterwards, no number twice")
    func killed() async throws {
        var redis = try await RedisServer.start()
        let servers = try await ChainedServers(redis, TagOptions(generators: [.redis, .segment]))
        try await servers.take(until: .redis)
        for _ in 0..<3 {
            await redis.kill()
            try await servers.take(until: .segment)
            redis = try await RedisServer.start(port: redis.port)
            try await servers.take(until: .redis)
            try await redis.command("FLUSHALL")
            try await servers.take(until: .redis)
        }
        #expect(servers.repeated.isEmpty)
        #expect(servers.texts.count > 500)
    }

    @Test("stopped: a request waits for it once at most, and later ones not at all")
    func stopped() async throws {
        let redis = try await RedisServer.start()
        let servers = try await ChainedServers(
            redis, TagOptions(generators: [.redis, .segment]), limit: .seconds(4))
        try await servers.take(until: .redis)
        redis.signal(SIGSTOP)
        #expect(try await servers.take() == [.segment], "they wait for their part of the time")
        try await servers.take(until: .segment)
        // Known to be down: nobody waits, though one in a while has it looked at.
        let start = ContinuousClock.now
        for _ in 0..<20 { try await servers.take(callers: 2) }
        let elapsed = start.duration(to: .now)
        #expect(elapsed < .seconds(10), "twenty rounds in turn, of which each would have waited for 2 seconds")
        redis.signal(SIGCONT)
        try await servers.take(until: .redis)
        #expect(servers.repeated.isEmpty)
    }

    @Test("days that change at other moments on other servers, by Redis and by segments: no text twice")
    func days() async throws {
        var redis = try await RedisServer.start()
        let options = TagOptions(
            generators: [.redis, .segment], format: try TextFormat("ORD-{date}-{number:6}"),
            period: TagPeriod(.day, timeZone: "+08:00"))
        let servers = try await ChainedServers(redis, options)
        // Midnight of 2023-11-15 in +08:00.
        let midnight: Int64 = 1_699_977_600_000
        let clocks: [[Int64]] = [
            [-2000, -3000], [1000, -1000], [-500, 500], [2000, 3000], [-90_000, 2000], [500, 500],
        ]
        for shifts in clocks {
            for (time, shift) in zip(servers.time, shifts) { time.setWall(milliseconds: midnight + shift) }
            try await servers.take(until: .redis)
            await redis.kill()
            try await servers.take(until: .segment)
            redis = try await RedisServer.start(port: redis.port)
            try await servers.take(until: .redis)
        }
        #expect(servers.repeated.isEmpty)
        let days = Set(servers.texts.map { $0.prefix(12) })
        #expect(days == ["ORD-20231114", "ORD-20231115"])
        #expect(servers.texts.contains("ORD-20231115-000001"))
    }
}
