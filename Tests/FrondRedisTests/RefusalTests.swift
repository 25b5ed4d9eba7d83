import Frond
import FrondRedis
import FrondTesting
import TestServers
import Testing

@Suite("What Redis refuses is said in one clear line", .timeLimit(.minutes(5)))
struct RefusalTests {
    private func error(of body: () async throws -> Void) async -> FrondError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? FrondError
        }
    }

    private func store(
        _ redis: RedisServer, _ url: (Int) -> String = { "redis://127.0.0.1:\($0)" }
    ) throws -> RedisCounterStore {
        RedisCounterStore(
            try RedisURL(url(redis.port)), ceiling: InMemorySegmentStore(), policy: Fleet.policy)
    }

    @Test(
        "wrong credentials, a database that is not there",
        arguments: [
            ("redis://127.0.0.1:PORT", ["--requirepass", "hush"], "wants a password"),
            ("redis://wrong1@127.0.0.1:PORT", ["--requirepass", "hush"], "refuses the user or the password"),
            ("redis://me:wrong1@127.0.0.1:PORT", [], "refuses the user or the password"),
            ("redis://wrong1@127.0.0.1:PORT", [], "has no password"),
            ("redis://127.0.0.1:PORT/99", [], "no database of that number"),
            ("redis+cluster://127.0.0.1:PORT", [], "not part of a cluster"),
            ("redis+cluster://:wrong1@127.0.0.1:PORT", ["--requirepass", "hush"], "refuses the user or the password"),
            ("rediss://127.0.0.1:PORT", [], "may not speak"),
        ])
    func credentials(url: String, options: [String], message: String) async throws {
        let redis = try await RedisServer.start(options)
        let store = try store(redis) { url.replacing("PORT", with: "\($0)") }
        let error = try #require(await error { try await store.check() })
        #expect(error.code == .storeUnavailable)
        #expect(error.message.contains(message))
        #expect(error.message.contains("127.0.0.1:\(redis.port)"))
        #expect(!"\(error)".contains("wrong1"))
    }

    @Test("right credentials and a database are used")
    func signsIn() async throws {
        let redis = try await RedisServer.start(["--requirepass", "hu sh"])
        let fleet = try await Fleet()
        let url = try RedisURL("redis://default:hu%20sh@127.0.0.1:\(redis.port)/3")
        let store = RedisCounterStore(url, ceiling: fleet.ceiling)
        try await store.check()
        #expect(try await store.draw(fleet.tag, count: 3) == [NumberRun(first: 1, count: 3)])
    }

    @Test("a key of another type, with the key and the cure; it goes on once that is gone")
    func wrongType() async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        try await fleet.draw()
        _ = try await redis.command("SET", fleet.key, "1")
        let error = try #require(await error { try await fleet.draw() })
        #expect(error.code == .storeCorrupt)
        #expect(error.message.contains(fleet.key) && error.message.contains("RENAME"))
        _ = try await redis.command("RENAME", fleet.key, "other")
        try await fleet.draw()
        #expect(fleet.repeated.isEmpty)
    }

    @Test(
        "a replica, a cluster, a server without memory or on the wrong port",
        arguments: [
            (["--replicaof", "127.0.0.1 1", "--replica-serve-stale-data", "yes"], "name its primary"),
            (["--cluster-enabled", "yes", "--cluster-port", "PORT"], "cluster"),
            (["--maxmemory", "1"], "out of memory"),
        ])
    func states(options: [String], message: String) async throws {
        let clusterPort = try FreePort.find()
        let redis = try await RedisServer.start(options.map { $0 == "PORT" ? "\(clusterPort)" : $0 })
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        let store = fleet.stores[0]
        let tag = fleet.tag
        let error = try #require(await error { _ = try await store.draw(tag, count: 1) })
        #expect(error.code == .storeUnavailable)
        #expect(error.message.contains(message), "\(error.message)")
        // What was reserved and not installed is given back: hours of this must not use up the tag.
        #expect(try await fleet.ceiling.tag(fleet.tag)?.maxID == 1)
    }

    @Test("nobody there")
    func unreachable() async throws {
        let url = RedisURL(host: "127.0.0.1", port: try FreePort.find())
        let store = RedisCounterStore(url, ceiling: InMemorySegmentStore())
        let error = try #require(await error { try await store.check() })
        #expect(error.code == .storeUnavailable)
        #expect(error.message.contains("onnection refused"))
        #expect(await store.durabilityWarning() == nil)
    }

    @Test("a tag that is unknown, and one that is at its end")
    func tags() async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        let store = fleet.stores[0]
        let nobody = try Frond.Tag("nobody")
        #expect(await error { _ = try await store.draw(nobody, count: 1) }?.code == .unknownTag)
        let short = try Frond.Tag("short")
        _ = try await fleet.ceiling.create(short, TagSettings(maxValue: 3))
        let generator = CounterGenerator(tag: short, store: store, policy: Fleet.patience)
        #expect(try await generator.next(count: 2) == [1, 2])
        #expect(try await generator.next() == 3)
        #expect(await error { _ = try await generator.next() }?.code == .exhausted)
        #expect(await error { _ = try await generator.next(count: 5) }?.code == .exhausted)
    }

    @Test(
        "settings that lose numbers are warned of",
        arguments: [
            (["--appendonly", "no"], "appendonly no"),
            (["--appendonly", "yes", "--appendfsync", "everysec"], "appendfsync everysec"),
            (["--appendonly", "yes", "--appendfsync", "always"], nil as String?),
            (["--rename-command", "CONFIG", "hidden"], nil),
        ])
    func warnings(options: [String], text: String?) async throws {
        let redis = try await RedisServer.start(options)
        let warning = try await store(redis).durabilityWarning()
        if let text {
            #expect(warning?.contains(text) == true)
        } else {
            #expect(warning == nil)
        }
    }
}
