import Foundation
import FrondTesting
import GRDB
import TestServers
import Testing

/// A real registry of worker IDs that goes back to a copy while servers use it.
final class RestorableRegistry: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// The pages of the copy are written over those of the open file, as `sqlite3 .restore` does.
        case sqliteInPlace
        /// The copy is put where the file was, and adopted.
        case sqliteReplaced
        case mariadbDump
        /// `etcdctl snapshot restore` on the data of the only member.
        case etcdSnapshot
        /// The keys are deleted, and those of the copy put again.
        case etcdKeys
        /// The data directory of the only server is put back.
        case zookeeperData
        /// The nodes are set to what they held.
        case zookeeperNodes
    }

    private enum Server: Sendable {
        case sqlite
        case mariadb(MariaDBServer)
        case etcd(EtcdServer)
        case zookeeper(ZooKeeperServer)
    }

    let kind: Kind
    let directory: TemporaryDirectory
    private let server: Server

    private init(_ kind: Kind, _ directory: TemporaryDirectory, _ server: Server) {
        self.kind = kind
        self.directory = directory
        self.server = server
    }

    /// Starts it, and begins it as an operator does.
    static func start(_ kind: Kind) async throws -> RestorableRegistry {
        let server: Server =
            switch kind {
            case .sqliteInPlace, .sqliteReplaced: .sqlite
            case .mariadbDump: .mariadb(try await MariaDBServer())
            case .etcdSnapshot, .etcdKeys: .etcd(try await EtcdServer.start())
            case .zookeeperData, .zookeeperNodes: .zookeeper(try await ZooKeeperServer.start())
            }
        let registry = RestorableRegistry(kind, try TemporaryDirectory(), server)
        if case .mariadb(let mariadb) = server {
            try await registry.run("mariadb", mariadb.options + ["-e", "CREATE DATABASE ids"])
            try await registry.frond("schema", "apply", "--store", registry.url)
        }
        if case .sqlite = server {
            // Makes the file.
            try await registry.frond("tag", "create", "order", "--store", registry.url)
        } else {
            try await registry.frond("worker", "init", "--registry", registry.url)
        }
        return registry
    }

    var url: String {
        switch server {
        case .sqlite: "sqlite:\(file)"
        case .mariadb(let mariadb): "mysql://root@127.0.0.1:\(mariadb.port)/ids"
        case .etcd(let etcd): "etcd://\(etcd.addresses[0])/frond"
        case .zookeeper(let zookeeper): "zookeeper://\(zookeeper.address)/frond"
        }
    }

    private var file: String { "\(directory.path)/shared.sqlite" }
    private var copy: String { "\(directory.path)/copy" }

    /// Keeps a copy of what it holds now.
    func backUp() async throws {
        switch (kind, server) {
        case (.mariadbDump, .mariadb(let mariadb)):
            try await run("mariadb-dump", mariadb.options + ["--result-file=\(copy)", "ids"])
        case (.etcdSnapshot, .etcd(let etcd)):
            try await etcd.control("snapshot", "save", copy)
        case (.etcdKeys, .etcd(let etcd)):
            let keys = try await etcd.control("get", "--prefix", "frond/", "--keys-only")
            for (number, key) in keys.split(separator: "\n").enumerated() {
                let value = try await etcd.control("get", "--print-value-only", String(key))
                try "\(key)\n\(value)".write(toFile: "\(copy)-\(number)", atomically: true, encoding: .utf8)
            }
        case (.zookeeperData, .zookeeper(let zookeeper)):
            await zookeeper.kill()
            try zookeeper.copyData(to: copy)
            zookeeper.restart()
            #expect(try await zookeeper.serves())
        case (.zookeeperNodes, .zookeeper(let zookeeper)):
            try await ZooKeeperNodes(zookeeper).save(to: copy)
        default:
            try Self.copyDatabase(from: file, to: copy)
        }
    }

    /// Goes back to the copy.
    func restore() async throws {
        switch (kind, server) {
        case (.sqliteInPlace, _):
            try Self.copyDatabase(from: copy, to: file)
            // Refused where the marks beside the file are of a later opening than the copy's.
            let look = FrondProcess(["tag", "list", "--store", url])
            if await look.waitForExit() != 0, look.printed.contains("frond store adopt") {
                try await frond("store", "adopt", "--store", url, "--data-dir", directory.path)
            }
        case (.sqliteReplaced, _):
            for path in [file, file + "-wal", file + "-shm"] where FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
            try FileManager.default.copyItem(atPath: copy, toPath: file)
            try await frond("store", "adopt", "--store", url, "--data-dir", directory.path)
        case (.mariadbDump, .mariadb(let mariadb)):
            try await run("mariadb", mariadb.options + ["ids", "-e", "source \(copy)"])
        case (.etcdSnapshot, .etcd(let etcd)):
            try await etcd.restore(snapshot: copy)
        case (.etcdKeys, .etcd(let etcd)):
            try await etcd.control("del", "--prefix", "frond/")
            for number in 0..<100 where FileManager.default.fileExists(atPath: "\(copy)-\(number)") {
                let text = try String(contentsOfFile: "\(copy)-\(number)", encoding: .utf8)
                let parts = text.split(separator: "\n", maxSplits: 1)
                try await etcd.control("put", String(parts[0]), "--", String(parts[1].dropLast()))
            }
        case (.zookeeperData, .zookeeper(let zookeeper)):
            await zookeeper.kill()
            try zookeeper.putBackData(from: copy)
            zookeeper.restart()
            #expect(try await zookeeper.serves())
        case (.zookeeperNodes, .zookeeper(let zookeeper)):
            try await ZooKeeperNodes(zookeeper).putBack(from: copy)
        default:
            break
        }
    }

    private static func copyDatabase(from source: String, to destination: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        let destination = try DatabaseQueue(path: destination, configuration: configuration)
        try DatabaseQueue(path: source, configuration: configuration).backup(to: destination)
    }

    private func frond(_ arguments: String...) async throws {
        let process = FrondProcess(arguments)
        try #require(await process.waitForExit() == 0, "frond \(arguments): \(process.printed)")
    }

    private func run(_ program: String, _ arguments: [String]) async throws {
        let process = ServerProcess(program, arguments)
        try #require(await process.waitForExit() == 0, "\(program): \(process.printed)")
    }
}

extension MariaDBServer {
    fileprivate var options: [String] { ["--no-defaults", "--socket=\(path)/socket", "--user=root"] }
}
