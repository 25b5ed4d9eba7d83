import Foundation
import TestServers
import Testing

/// A registry of worker IDs that tests disturb: a cluster of three of one kind or the other.
struct RegistryServer: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case etcd, zookeeper
    }

    private enum Servers: Sendable {
        case etcd(EtcdServer)
        case zookeeper(ZooKeeperEnsemble)
    }

    private let servers: Servers

    static func start(_ kind: Kind) async throws -> RegistryServer {
        switch kind {
        case .etcd: RegistryServer(servers: .etcd(try await EtcdServer.start(members: 3)))
        case .zookeeper: RegistryServer(servers: .zookeeper(try await ZooKeeperEnsemble.start()))
        }
    }

    var url: String {
        switch servers {
        case .etcd(let etcd): "etcd://\(etcd.addresses.joined(separator: ","))/frond"
        case .zookeeper(let ensemble): "zookeeper://\(ensemble.addresses)/frond"
        }
    }

    func leader() async throws -> Int {
        switch servers {
        case .etcd(let etcd): try await etcd.leader()
        case .zookeeper(let ensemble): try #require(ensemble.members.firstIndex { $0.mode == "leader" })
        }
    }

    func kill(_ member: Int) async {
        switch servers {
        case .etcd(let etcd): await etcd.kill(member)
        case .zookeeper(let ensemble): await ensemble.members[member].kill()
        }
    }

    /// Starts members again that were killed, and waits until they serve.
    func restart(_ members: [Int]) async throws {
        switch servers {
        case .etcd(let etcd):
            try await withThrowingTaskGroup(of: Void.self) { group in
                for member in members { group.addTask { try await etcd.restart(member) } }
                try await group.waitForAll()
            }
        case .zookeeper(let ensemble):
            for member in members { ensemble.members[member].restart() }
            for member in members { #expect(try await ensemble.members[member].serves()) }
        }
    }

    func pause(_ member: Int, _ isPaused: Bool) {
        switch servers {
        case .etcd(let etcd): etcd.signal(member, isPaused ? SIGSTOP : SIGCONT)
        case .zookeeper(let ensemble):
            if isPaused { ensemble.members[member].pause() } else { ensemble.members[member].resume() }
        }
    }

    /// Loses all data of the registry, and nothing else.
    func wipe() async throws {
        switch servers {
        case .etcd(let etcd): try await etcd.control("del", "--prefix", "frond/")
        case .zookeeper(let ensemble):
            for member in ensemble.members { await member.kill() }
            for member in ensemble.members {
                try member.removeData()
                member.restart()
            }
            for member in ensemble.members { #expect(try await member.serves()) }
        }
    }
}
