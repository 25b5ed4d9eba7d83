import Foundation
import Frond
import FrondRedis
import FrondTesting
import TestServers
import Testing

@Suite("A cluster of six", .timeLimit(.minutes(10)), .serialized)
struct ClusterTests {
    private func used(_ redis: RedisServer, _ key: String) async throws -> Int64? {
        Int64(try await redis.command("HGET", key, "used"))
    }

    @Test("tags of every node count, from any node of the URL, with the keys that one server has")
    func everyday() async throws {
        let cluster = try await RedisCluster.start()
        let fleet = try await Fleet()
        // One of them may well be a replica.
        fleet.connect(to: try RedisURL("redis+cluster://127.0.0.1:\(cluster.nodes[5].port)"))
        try await fleet.stores[0].check()
        var owners: Set<Int> = []
        for index in 0..<30 {
            let tag = try Frond.Tag("tag\(index)")
            _ = try await fleet.ceiling.create(tag, TagSettings(step: 1))
            for store in fleet.stores { #expect(try await !store.draw(tag, count: 3).isEmpty) }
            owners.insert(try await cluster.owner(of: "frond:{tag\(index)}").port)
        }
        #expect(owners.count == 3)
        try await fleet.draw(rounds: 10)
        #expect(fleet.repeated.isEmpty)
        #expect(await fleet.stores[0].durabilityWarning()?.contains("appendonly no") == true)
    }

    @Test("a slot moves under load, and back: no number twice, and no caller is refused for long")
    func migration() async throws {
        let cluster = try await RedisCluster.start()
        let fleet = try await Fleet()
        fleet.connect(to: try RedisURL("redis+cluster://\(cluster.addresses)"))
        try await fleet.draw()
        let source = try await cluster.owner(of: fleet.key)
        var target: RedisServer?
        for node in cluster.nodes where node.port != source.port {
            if try await node.command("ROLE").hasPrefix("master") { target = node }
        }
        let other = try #require(target)
        for (from, to) in [(source, other), (other, source)] {
            try await fleet.draw {
                let before = fleet.eventCount(\.newRuns)
                try await cluster.move(fleet.key, from: from, to: to) {
                    // The range is used up and replaced, by a script that must not lose the key meanwhile.
                    let first = try await from.command("HGET", fleet.key, "first")
                    try await waitUntil("the next range is installed") {
                        try await from.command("HGET", fleet.key, "first") != first
                    }
                } afterwards: {
                    // The old node sends those that ask for the key to the new one, where its range is another run's.
                    try await waitUntil("draws go to the new node") { fleet.eventCount(\.newRuns) > before }
                }
            }
            #expect(fleet.repeated.isEmpty)
            #expect(try await cluster.owner(of: fleet.key).port == to.port)
        }
        #expect(fleet.eventCount(\.newRuns) >= 2)
    }

    @Test("the primary of a slot is killed under load: its replica goes on, no number twice, other tags are unharmed")
    func failover() async throws {
        let cluster = try await RedisCluster.start()
        let fleet = try await Fleet()
        fleet.connect(to: try RedisURL("redis+cluster://\(cluster.addresses)"))
        try await fleet.draw()
        let primary = try await cluster.owner(of: fleet.key)
        let replica = try await cluster.replica(of: primary)
        // A primary sends nothing more before the first acknowledgement after the replica's first copy.
        try await waitUntil("the replica has the counter") { try await replica.command("DBSIZE") == "1" }
        try await fleet.draw {
            await primary.kill()
            try await waitUntil("the replica took over") {
                try await replica.command("ROLE").hasPrefix("master")
            }
        }
        #expect(fleet.repeated.isEmpty)
        #expect(fleet.eventCount(\.newRuns) >= 1)
    }

    @Test("acknowledged draws that the replica never got are lost, and none of their numbers comes again")
    func lostWrites() async throws {
        let cluster = try await RedisCluster.start()
        let fleet = try await Fleet()
        let url = try RedisURL("redis+cluster://\(cluster.addresses)")
        fleet.connect(to: url)
        try await fleet.draw()
        let primary = try await cluster.owner(of: fleet.key)
        let replica = try await cluster.replica(of: primary)
        replica.signal(SIGSTOP)
        _ = try await primary.command("CLIENT", "KILL", "TYPE", "replica")
        try await fleet.draw(rounds: 2)
        let acknowledged = try #require(try await used(primary, fleet.key))
        await primary.kill()
        replica.signal(SIGCONT)
        try await waitUntil("the replica took over") { try await replica.command("ROLE").hasPrefix("master") }
        #expect(try await replica.command("HGET", fleet.key, "used") != "\(acknowledged)")
        try await fleet.drawAgain()
        fleet.connect(to: url)
        try await fleet.draw()
        #expect(fleet.repeated.isEmpty)
    }
}
