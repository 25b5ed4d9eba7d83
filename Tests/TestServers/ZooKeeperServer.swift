import Foundation
import FrondTesting
import Synchronization

/// A private ZooKeeper on loopback: alone, or a member of a ``ZooKeeperEnsemble``. Ends with this object.
package final class ZooKeeperServer: Sendable {
    package struct DidNotStart: Error {
        package var printed: String
    }

    /// The membership of a server in an ensemble.
    struct Membership {
        var id: Int
        /// `server.N=` lines, the same for all.
        var lines: [String]
    }

    /// The shortest times that ZooKeeper keeps: a session lives 1 to 10 seconds.
    private static let settings = [
        "tickTime=500", "initLimit=20", "syncLimit=4", "maxClientCnxns=0", "admin.enableServer=false",
        "4lw.commands.whitelist=*", "forceSync=no", "clientPortAddress=127.0.0.1",
    ]
    private static let flags = ["-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]

    package let port: Int
    private let directory: TemporaryDirectory
    private let process: Mutex<ServerProcess>

    /// Starts a server alone, and waits until it serves.
    package static func start() async throws -> ZooKeeperServer {
        var last = ""
        // A port that was free is perhaps taken by the time it is used.
        for _ in 0..<3 {
            let server = try ZooKeeperServer(port: FreePort.find(), membership: nil)
            if try await server.serves() { return server }
            last = server.process.withLock { $0 }.printed
        }
        throw DidNotStart(printed: last)
    }

    init(port: Int, membership: Membership?) throws {
        self.port = port
        directory = try TemporaryDirectory()
        let data = "\(directory.path)/data"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let lines = Self.settings + ["clientPort=\(port)", "dataDir=\(data)"] + (membership?.lines ?? [])
        try lines.joined(separator: "\n").write(
            toFile: "\(directory.path)/zoo.cfg", atomically: true, encoding: .utf8)
        if let membership { try "\(membership.id)".write(toFile: "\(data)/myid", atomically: true, encoding: .utf8) }
        process = Mutex(Self.process(directory))
    }

    private static func process(_ directory: TemporaryDirectory) -> ServerProcess {
        ServerProcess(
            "java",
            flags + [
                "-cp", "/usr/share/java/zookeeper.jar", "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                "\(directory.path)/zoo.cfg",
            ])
    }

    package var address: String { "127.0.0.1:\(port)" }

    /// Waits until it serves clients.
    /// - Returns: false where it ended, or does not for a minute.
    package func serves() async throws -> Bool {
        for _ in 0..<600 {
            if mode != nil { return true }
            if process.withLock({ $0 }).hasEnded { return false }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// `standalone`, `leader` or `follower`; nil where it does not serve.
    package var mode: String? {
        let lines = FourLetterWord.ask("srvr", port: port).split(separator: "\n")
        return lines.first { $0.hasPrefix("Mode: ") }.map { String($0.dropFirst("Mode: ".count)) }
    }

    /// The number of clients that are connected, without the one that asks.
    package var connectionCount: Int? {
        let lines = FourLetterWord.ask("mntr", port: port).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("zk_num_alive_connections\t") }
        return line.flatMap { Int($0.split(separator: "\t")[1]) }.map { $0 - 1 }
    }

    /// Stops it as a crash does.
    package func kill() async {
        let process = process.withLock { $0 }
        process.signal(SIGKILL)
        _ = await process.waitForExit()
    }

    /// Starts it again on its data, after ``kill()``.
    package func restart() {
        let next = Self.process(directory)
        process.withLock { $0 = next }
    }

    /// Stops it from running, until ``resume()``. Its threads stop one after another: the last answers may come after.
    package func pause() { process.withLock { $0 }.signal(SIGSTOP) }

    package func resume() { process.withLock { $0 }.signal(SIGCONT) }

    /// Copies its data, after ``kill()``, as a backup does.
    package func copyData(to path: String) throws {
        try FileManager.default.copyItem(atPath: "\(directory.path)/data/version-2", toPath: path)
    }

    /// Puts a copy in the place of its data, after ``kill()``.
    package func putBackData(from path: String) throws {
        try removeData()
        try FileManager.default.copyItem(atPath: path, toPath: "\(directory.path)/data/version-2")
    }

    /// Removes its data, after ``kill()``, as the loss of its disk does.
    package func removeData() throws {
        try FileManager.default.removeItem(atPath: "\(directory.path)/data/version-2")
    }
}

/// Three ZooKeeper servers of which one leads. End with this object.
package struct ZooKeeperEnsemble: Sendable {
    package let members: [ZooKeeperServer]

    /// Starts them, and waits until all serve.
    /// - Parameter settings: lines of `zoo.cfg` beside the usual ones, or instead of them.
    package static func start(_ settings: [String] = []) async throws -> ZooKeeperEnsemble {
        let ports = try (0..<9).map { _ in try FreePort.find() }
        let lines = (1...3).map { "server.\($0)=127.0.0.1:\(ports[$0 * 3 - 3]):\(ports[$0 * 3 - 2])" } + settings
        let ensemble = ZooKeeperEnsemble(
            members: try (1...3).map { id in
                try ZooKeeperServer(port: ports[id * 3 - 1], membership: .init(id: id, lines: lines))
            })
        for member in ensemble.members {
            guard try await member.serves() else { throw ZooKeeperServer.DidNotStart(printed: "a member") }
        }
        return ensemble
    }

    package var addresses: String { members.map(\.address).joined(separator: ",") }

    /// The one that leads; nil while there is an election.
    package var leader: ZooKeeperServer? { members.first { $0.mode == "leader" } }
}
