import Foundation
import FrondTesting
import Synchronization
import Testing

/// A private etcd on loopback, of one member or several; ends with this object at the latest.
package final class EtcdServer: Sendable {
    /// The way members and clients authenticate each other.
    package enum Encryption: Sendable {
        case none
        /// Clients without a certificate of this authority are refused.
        case clientCertificates(TestCertificates)
    }

    private struct Ports: Sendable {
        var client: Int
        var peer: Int
    }

    /// The number of attempts with other ports.
    private static let maxTries = 5

    private let directory: TemporaryDirectory
    private let encryption: Encryption
    private let ports: [Ports]
    private let processes: Mutex<[ServerProcess]>

    private init(directory: TemporaryDirectory, encryption: Encryption, ports: [Ports]) {
        self.directory = directory
        self.encryption = encryption
        self.ports = ports
        processes = Mutex([])
    }

    /// Starts the members and waits until they serve clients.
    package static func start(members: Int = 1, encryption: Encryption = .none) async throws -> EtcdServer {
        var printed = ""
        for _ in 0..<maxTries {
            let ports = try (0..<members).map { _ in
                Ports(client: try FreePort.find(), peer: try FreePort.find())
            }
            let server = EtcdServer(directory: try TemporaryDirectory(), encryption: encryption, ports: ports)
            let processes = ports.indices.map { server.process($0, isNew: true) }
            server.processes.withLock { $0 = processes }
            var isReady = true
            for process in processes where isReady { isReady = await Self.isServing(process) }
            if isReady { return server }
            printed = processes.map(\.printed).joined(separator: "\n")
        }
        try #require(Bool(false), "etcd does not start: \(printed)")
        throw CancellationError()
    }

    /// `127.0.0.1:port`, of each member.
    package var addresses: [String] { ports.map { "127.0.0.1:\($0.client)" } }

    /// The port for clients, of the first member.
    package var port: Int { ports[0].client }

    /// Sends a signal to a member.
    package func signal(_ member: Int, _ number: Int32) {
        processes.withLock { $0[member] }.signal(number)
    }

    /// Ends a member at once, as the loss of its machine does.
    package func kill(_ member: Int) async {
        let process = processes.withLock { $0[member] }
        process.signal(SIGKILL)
        _ = await process.waitForExit()
    }

    /// Starts a member again that was killed, on its data. Waits until it serves, which takes a majority.
    package func restart(_ member: Int) async throws {
        let process = process(member, isNew: false)
        processes.withLock { $0[member] = process }
        try #require(await Self.isServing(process), "etcd does not start again: \(process.printed)")
    }

    /// Makes the data of the only member those of a snapshot, by `etcdctl`, and starts it on them.
    package func restore(snapshot path: String) async throws {
        await kill(0)
        let data = "\(directory.path)/member0"
        try FileManager.default.removeItem(atPath: data)
        let peer = "http://127.0.0.1:\(ports[0].peer)"
        let arguments = [
            "snapshot", "restore", path, "--name", "member0", "--data-dir", data, "--initial-cluster",
            "member0=\(peer)", "--initial-advertise-peer-urls", peer,
        ]
        let process = ServerProcess("etcdctl", arguments, environment: ["ETCDCTL_API": "3"])
        try #require(await process.waitForExit() == 0, "etcdctl \(arguments): \(process.printed)")
        try await restart(0)
    }

    /// Returns the index of the leader.
    package func leader() async throws -> Int {
        for member in ports.indices {
            let status = try await control("endpoint", "status", "-w", "simple", members: [member])
            // Address, ID, version, size, whether it is the leader, …
            if status.split(separator: ",").dropFirst(4).first?.contains("true") == true { return member }
        }
        try #require(Bool(false), "etcd has no leader")
        throw CancellationError()
    }

    /// Runs `etcdctl`.
    /// - Parameter members: whom to ask; all by default.
    @discardableResult
    package func control(_ arguments: String..., members: [Int]? = nil) async throws -> String {
        try await control(arguments, members: members)
    }

    @discardableResult
    package func control(_ arguments: [String], members: [Int]? = nil) async throws -> String {
        let addresses = (members ?? Array(ports.indices)).map { self.addresses[$0] }
        var options = ["--endpoints", addresses.joined(separator: ",")]
        if case .clientCertificates(let certificates) = encryption {
            options += [
                "--cacert", certificates.authority, "--cert", certificates.client, "--key", certificates.clientKey,
            ]
        }
        let process = ServerProcess("etcdctl", options + arguments, environment: ["ETCDCTL_API": "3"])
        let status = await process.waitForExit()
        try #require(status == 0, "etcdctl \(arguments): \(process.printed)")
        return process.printed
    }

    private static func isServing(_ process: ServerProcess) async -> Bool {
        await process.firstLine(containing: "serving client traffic") != nil
    }

    private func process(_ member: Int, isNew: Bool) -> ServerProcess {
        let (scheme, files) =
            switch encryption {
            case .none: ("http", [String]())
            case .clientCertificates(let certificates):
                (
                    "https",
                    [
                        "--cert-file", certificates.server, "--key-file", certificates.serverKey,
                        "--trusted-ca-file", certificates.authority, "--client-cert-auth",
                    ]
                )
            }
        let client = "\(scheme)://\(addresses[member])"
        // By an address, as well, that is in no certificate.
        let other = "\(scheme)://127.0.0.2:\(ports[member].client)"
        let peers = ports.map { "http://127.0.0.1:\($0.peer)" }
        let cluster = peers.indices.map { "member\($0)=\(peers[$0])" }.joined(separator: ",")
        return ServerProcess(
            "etcd",
            [
                "--name", "member\(member)", "--data-dir", "\(directory.path)/member\(member)",
                "--listen-client-urls", "\(client),\(other)", "--advertise-client-urls", client,
                "--listen-peer-urls", peers[member], "--initial-advertise-peer-urls", peers[member],
                "--initial-cluster", cluster, "--initial-cluster-state", isNew ? "new" : "existing",
                "--logger", "zap", "--log-outputs", "stderr",
            ] + files)
    }
}
