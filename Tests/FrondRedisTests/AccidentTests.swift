import Foundation
import Frond
import FrondRedis
import FrondTesting
import TestServers
import Testing

@Suite("No number comes twice from two servers on one Redis", .timeLimit(.minutes(5)))
struct AccidentTests {
    private func copyOfData(_ redis: RedisServer, to name: String) async throws {
        #expect(try await redis.command("SAVE") == "OK")
        let folder = redis.directory.path
        try FileManager.default.copyItem(atPath: "\(folder)/dump.rdb", toPath: "\(folder)/\(name)")
    }

    private func restore(_ name: String, in folder: TemporaryDirectory) throws {
        try FileManager.default.removeItem(atPath: "\(folder.path)/dump.rdb")
        try FileManager.default.copyItem(atPath: "\(folder.path)/\(name)", toPath: "\(folder.path)/dump.rdb")
    }

    @Test("in everyday work: the counter comes from the ceiling and counts by one", arguments: [1, 2])
    func everyday(servers: Int) async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis, servers: servers)
        try await fleet.draw(rounds: 30)
        #expect(fleet.repeated.isEmpty)
        let record = try #require(try await fleet.ceiling.tag(fleet.tag))
        #expect(fleet.issued.allSatisfy { $0 < record.maxID })
        guard servers == 1 else { return }
        #expect(fleet.issued == Set(1...Int64(fleet.issued.count)), "no gap either")
        #expect(fleet.events.rangesInstalled == fleet.issued.count / 500 + 1)
    }

    @Test(
        "though somebody deletes or edits the counter",
        arguments: [
            ["FLUSHALL"], ["DEL", "frond:{order}"], ["HSET", "frond:{order}", "used", "0"],
            ["HSET", "frond:{order}", "first", "1"], ["HSET", "frond:{order}", "size", "100000"],
            ["HSET", "frond:{order}", "used", "-7"], ["HDEL", "frond:{order}", "check"],
            ["HSET", "frond:{order}", "run", "nonsense"], ["EXPIRE", "frond:{order}", "0"],
        ])
    func edits(command: [String]) async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        try await fleet.draw()
        // In the second range, so that an edit back to 1 would matter.
        try await fleet.draw(rounds: 10)
        _ = try await redis.run(command)
        try await fleet.draw(rounds: 10)
        #expect(fleet.repeated.isEmpty)
        #expect(fleet.eventCount(\.missing) + fleet.eventCount(\.damaged) >= 1)
    }

    @Test("though an old copy of the counter is put back by hand: who was given those numbers notices")
    func restoredKey() async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis, servers: 1)
        try await fleet.draw()
        _ = try await redis.command("COPY", fleet.key, "copy")
        try await fleet.draw()
        _ = try await redis.command("COPY", "copy", fleet.key, "REPLACE")
        try await fleet.draw()
        #expect(fleet.repeated.isEmpty)
        #expect(fleet.events.wentBack == 1)
    }

    @Test(
        "though Redis is killed and starts again",
        arguments: [
            ["--appendonly", "no"], ["--appendonly", "yes", "--appendfsync", "everysec"],
            ["--appendonly", "yes", "--appendfsync", "always"],
        ])
    func kill(options: [String]) async throws {
        var redis = try await RedisServer.start(options)
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        for _ in 0..<3 {
            try await fleet.draw()
            await redis.kill()
            await #expect(throws: FrondError.self) { try await fleet.draw() }
            redis = try await RedisServer.start(port: redis.port, directory: redis.directory, options)
            try await fleet.drawAgain()
        }
        #expect(fleet.repeated.isEmpty)
        #expect(fleet.eventCount(\.newRuns) + fleet.eventCount(\.missing) >= 3)
    }

    @Test("though an old dump is restored, also one of several runs ago")
    func oldDump() async throws {
        var redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        try await fleet.draw()
        try await copyOfData(redis, to: "old.rdb")
        for _ in 0..<3 {
            try await fleet.draw(rounds: 5)
            _ = try await redis.command("SAVE")
            await redis.kill()
            try restore("old.rdb", in: redis.directory)
            redis = try await RedisServer.start(port: redis.port, directory: redis.directory)
            // New servers, which remember nothing: Redis's copy alone is what they could believe.
            fleet.connect(to: redis)
            try await fleet.drawAgain()
        }
        #expect(fleet.repeated.isEmpty)
    }

    @Test("though an empty server takes over")
    func emptyReplica() async throws {
        let first = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: first)
        try await fleet.draw(rounds: 5)
        await first.kill()
        let second = try await RedisServer.start(port: first.port)
        try await fleet.drawAgain()
        #expect(fleet.repeated.isEmpty)
        #expect(fleet.eventCount(\.missing) >= 1)
        await second.kill()
    }

    @Test("though a replica that lags takes over, and the old primary then takes back with the replica's data")
    func failover() async throws {
        let (first, second) = (try await RedisServer.start(), try await RedisServer.start())
        let fleet = try await Fleet()
        fleet.connect(to: first)
        try await fleet.draw()
        try await second.follow(first)
        // From here on the replica gets nothing more.
        _ = try await second.command("REPLICAOF", "NO", "ONE")
        try await fleet.draw(rounds: 2)
        // Taking back, though nobody drew from the replica: the run of the process is the one in its stale copy.
        try await first.follow(second)
        _ = try await first.command("REPLICAOF", "NO", "ONE")
        fleet.connect(to: first)
        try await fleet.draw()
        #expect(fleet.repeated.isEmpty)
        #expect(fleet.eventCount(\.newRuns) >= 1)
        // And the replica, which goes on with its copy.
        fleet.connect(to: second)
        try await fleet.draw()
        #expect(fleet.repeated.isEmpty)
    }

    @Test("though Redis pauses: callers wait for a bounded time and it goes on", arguments: [true, false])
    func pauses(byClient: Bool) async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        try await fleet.draw()
        if byClient {
            _ = try await redis.command("CLIENT", "PAUSE", "60000", "WRITE")
        } else {
            redis.signal(SIGSTOP)
        }
        await #expect(throws: FrondError.self) { try await fleet.draw() }
        // What was sent meanwhile is run when Redis wakes, and is nobody's.
        redis.signal(SIGCONT)
        if byClient { _ = try await redis.command("CLIENT", "UNPAUSE") }
        try await fleet.drawAgain()
        #expect(fleet.repeated.isEmpty)
    }

    @Test("though connections break and scripts are forgotten, and no caller notices")
    func connections() async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        for _ in 0..<5 {
            try await fleet.draw()
            _ = try await redis.command("CLIENT", "KILL", "TYPE", "normal")
            try await fleet.draw()
            _ = try await redis.command("SCRIPT", "FLUSH")
        }
        try await fleet.draw()
        #expect(fleet.repeated.isEmpty)
    }

    @Test("and none of them is one that a segment generator gave")
    func besideSegments() async throws {
        let redis = try await RedisServer.start()
        let fleet = try await Fleet()
        fleet.connect(to: redis)
        let segments = SegmentGenerator(tag: fleet.tag, store: fleet.ceiling)
        var fromSegments: Set<Int64> = []
        for _ in 0..<20 {
            try await fleet.draw()
            fromSegments.formUnion(try await segments.next(count: 300))
        }
        await segments.shutdown()
        #expect(fleet.repeated.isEmpty)
        #expect(fleet.issued.isDisjoint(with: fromSegments))
    }
}

extension RedisServer {
    /// Becomes a replica and waits until it has the other's data.
    func follow(_ primary: RedisServer) async throws {
        _ = try await command("REPLICAOF", "127.0.0.1", "\(primary.port)")
        try await waitUntil("the replica has its primary's data") {
            try await command("INFO", "replication").contains("master_link_status:up")
        }
    }
}
