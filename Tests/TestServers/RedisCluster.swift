import Foundation
import FrondTesting
import Testing

/// A cluster of a test: three primaries with a replica each.
package final class RedisCluster: Sendable {
    package let nodes: [RedisServer]

    private init(nodes: [RedisServer]) {
        self.nodes = nodes
    }

    /// Starts the nodes, joins them by `redis-cli --cluster create` and waits until all of them serve.
    package static func start() async throws -> RedisCluster {
        var nodes: [RedisServer] = []
        for _ in 0..<6 {
            nodes.append(
                try await RedisServer.start(
                    port: try portWithBus(),
                    [
                        "--cluster-enabled", "yes", "--cluster-node-timeout", "2000",
                        "--cluster-replica-validity-factor", "0", "--cluster-require-full-coverage", "no",
                    ]))
        }
        let cluster = RedisCluster(nodes: nodes)
        let addresses = nodes.map { "127.0.0.1:\($0.port)" }
        let process = ServerProcess(
            "redis-cli", ["--cluster", "create"] + addresses + ["--cluster-replicas", "1", "--cluster-yes"])
        try #require(await process.waitForExit() == 0, "redis-cli --cluster create: \(process.printed)")
        for node in nodes {
            try await waitUntil("node \(node.port) serves") {
                let (cluster, replication) = (
                    try await node.command("CLUSTER", "INFO"), try await node.command("INFO", "replication")
                )
                return cluster.contains("cluster_state:ok") && cluster.contains("cluster_known_nodes:6")
                    && (replication.contains("master_link_status:up") || replication.contains("state=online"))
            }
        }
        return cluster
    }

    /// A port whose bus, 10,000 above, is a port as well.
    private static func portWithBus() throws -> Int {
        for _ in 0..<1000 {
            let port = try FreePort.find()
            if port < 55_000 { return port }
        }
        return try FreePort.find()
    }

    /// The nodes' part of a URL.
    package var addresses: String { nodes.map { "127.0.0.1:\($0.port)" }.joined(separator: ",") }

    /// The primary that holds a key.
    package func owner(of key: String) async throws -> RedisServer {
        for node in nodes {
            guard try await node.command("ROLE").hasPrefix("master") else { continue }
            if try await node.command("EXISTS", key) == "1" { return node }
        }
        try #require(Bool(false), "no primary holds \(key)")
        throw CancellationError()
    }

    /// The replica of a primary.
    package func replica(of primary: RedisServer) async throws -> RedisServer {
        for node in nodes {
            let role = try await node.command("ROLE").split(separator: "\n")
            if role.first == "slave", role.dropFirst(2).first == "\(primary.port)" { return node }
        }
        try #require(Bool(false), "\(primary.port) has no replica")
        throw CancellationError()
    }

    /// Moves the slot of a key and what is in it, as a resharding does.
    /// - Parameters:
    ///   - beforehand: run while the slot is on the move and the key has not moved.
    ///   - afterwards: run while the slot is on the move and the key has moved.
    package func move(
        _ key: String, from source: RedisServer, to target: RedisServer, beforehand: () async throws -> Void,
        afterwards: () async throws -> Void
    ) async throws {
        let slot = try await source.command("CLUSTER", "KEYSLOT", key)
        let (from, to) = (try await source.command("CLUSTER", "MYID"), try await target.command("CLUSTER", "MYID"))
        #expect(try await target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", from) == "OK")
        #expect(try await source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", to) == "OK")
        try await beforehand()
        let moved = try await source.command("MIGRATE", "127.0.0.1", "\(target.port)", key, "0", "5000", "REPLACE")
        #expect(moved == "OK")
        try await afterwards()
        for node in [target, source] {
            #expect(try await node.command("CLUSTER", "SETSLOT", slot, "NODE", to) == "OK")
        }
    }
}
