import Foundation
import Frond
import FrondRedis
import FrondTesting
import TestServers
import Testing

@Suite("A primary that Sentinels name", .timeLimit(.minutes(10)), .serialized)
struct SentinelTests {
    private struct Trio {
        var primary: RedisServer
        var replica: RedisServer
        var sentinels: RedisSentinels

        init(password: String? = nil, sentinelPassword: String? = nil) async throws {
            primary = try await RedisServer.start(password: password)
            replica = try await RedisServer.start(password: password)
            try await replica.follow(primary)
            sentinels = try await RedisSentinels.start(
                watching: primary, password: sentinelPassword, primaryPassword: password)
        }

        func url(_ credentials: String = "", options: String = "") throws -> RedisURL {
            try RedisURL(
                "redis+sentinel://\(credentials)\(sentinels.addresses)/\(RedisSentinels.primaryName)\(options)")
        }
    }

    private func used(_ redis: RedisServer, _ key: String) async throws -> Int64? {
        Int64(try await redis.command("HGET", key, "used"))
    }

    @Test("killed under load, with passwords of both: the replica goes on, no number twice, and so back again")
    func failoverUnderLoad() async throws {
        let trio = try await Trio(password: "hush", sentinelPassword: "loud")
        let fleet = try await Fleet()
        fleet.connect(to: try trio.url(":hush@", options: "?sentinelPassword=loud"))
        try await fleet.draw()
        let before = fleet.issued.count
        try await fleet.draw {
            await trio.primary.kill()
            try await trio.sentinels.waitForFailover(to: trio.replica)
        }
        #expect(fleet.repeated.isEmpty)
        #expect(fleet.issued.count > before)
        #expect(fleet.eventCount(\.newRuns) >= 1)
        // The old primary comes back as a replica, and takes over while the first Sentinel hangs.
        trio.sentinels.signal(0, SIGSTOP)
        let old = try await RedisServer.start(
            port: trio.primary.port, directory: trio.primary.directory, password: "hush")
        try await waitUntil("the old primary follows") {
            try await old.command("INFO", "replication").contains("master_link_status:up")
        }
        try await fleet.draw {
            await trio.replica.kill()
            try await trio.sentinels.waitForFailover(to: old)
        }
        #expect(fleet.repeated.isEmpty)
    }

    @Test("acknowledged draws that the replica never got are lost, and none of their numbers comes again")
    func lostWrites() async throws {
        let trio = try await Trio()
        let fleet = try await Fleet()
        fleet.connect(to: try trio.url())
        try await fleet.draw()
        try await waitUntil("the replica has the counter") {
            try await used(trio.replica, fleet.key) == used(trio.primary, fleet.key)
        }
        // From here on the replica gets nothing: what is on the way ends with its connection.
        trio.replica.signal(SIGSTOP)
        _ = try await trio.primary.command("CLIENT", "KILL", "TYPE", "replica")
        try await fleet.draw(rounds: 2)
        let acknowledged = try #require(try await used(trio.primary, fleet.key))
        let first = try await trio.primary.command("HGET", fleet.key, "first")
        await trio.primary.kill()
        trio.replica.signal(SIGCONT)
        try await trio.sentinels.waitForFailover(to: trio.replica)
        let kept = try #require(try await used(trio.replica, fleet.key))
        #expect(try await trio.replica.command("HGET", fleet.key, "first") != first || kept < acknowledged)
        try await fleet.drawAgain()
        // Servers that remember nothing could believe the replica's copy alone.
        fleet.connect(to: try trio.url())
        try await fleet.draw()
        #expect(fleet.repeated.isEmpty)
    }

    @Test("a switch on command: callers wait, and the old primary, now a replica, is left")
    func demoted() async throws {
        let trio = try await Trio()
        let fleet = try await Fleet()
        fleet.connect(to: try trio.url())
        try await fleet.draw()
        try await fleet.draw {
            let sentinel = ServerProcess(
                "redis-cli",
                ["-p", "\(trio.sentinels.ports[0])", "SENTINEL", "FAILOVER", RedisSentinels.primaryName])
            #expect(await sentinel.waitForExit() == 0)
            try await trio.sentinels.waitForFailover(to: trio.replica)
        }
        #expect(fleet.repeated.isEmpty)
        #expect(try await used(trio.replica, fleet.key) != nil)
    }

    @Test("an unknown name, a wrong password of the Sentinels, no Sentinel there: each is said")
    func refusals() async throws {
        let trio = try await Trio(sentinelPassword: "loud")
        let name = RedisSentinels.primaryName
        let free = try FreePort.find()
        let cases = [
            (
                "redis+sentinel://\(trio.sentinels.addresses)/other?sentinelPassword=loud",
                "knows no primary of that name"
            ),
            ("redis+sentinel://\(trio.sentinels.addresses)/\(name)?sentinelPassword=wrong1", "sentinelPassword="),
            ("redis+sentinel://\(trio.sentinels.addresses)/\(name)", "add ?sentinelPassword="),
            ("redis+sentinel://127.0.0.1:\(free)/\(name)", "Sentinel at 127.0.0.1:\(free)"),
            ("redis+sentinel://wrong1@\(trio.sentinels.addresses)/\(name)?sentinelPassword=loud", "has no password"),
        ]
        for (url, word) in cases {
            let store = RedisCounterStore(
                try RedisURL(url), ceiling: InMemorySegmentStore(), policy: Fleet.policy)
            let error = try #require(await #expect(throws: FrondError.self) { try await store.check() })
            #expect(error.code == .storeUnavailable && error.message.contains(word), "\(error)")
            #expect(!"\(error)".contains("wrong1") && !"\(error)".contains("loud"))
        }
    }
}
