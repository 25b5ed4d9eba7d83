import Foundation
import FrondTesting
import Testing

/// Three Sentinels of a test that watch one primary; they end with this object at the latest.
package final class RedisSentinels: Sendable {
    package static let primaryName = "frond-primary"

    package let ports: [Int]
    private let directory: TemporaryDirectory
    private let processes: [ServerProcess]

    /// Starts Sentinels that find the replicas of a primary by themselves.
    /// - Parameters:
    ///   - password: of the Sentinels.
    ///   - primaryPassword: of the primary and its replicas.
    ///   - downAfterMilliseconds: the time without an answer after which a server counts as down.
    package static func start(
        watching primary: RedisServer, password: String? = nil, primaryPassword: String? = nil,
        downAfterMilliseconds: Int = 2000
    ) async throws -> RedisSentinels {
        let directory = try TemporaryDirectory()
        let ports = try (0..<3).map { _ in try FreePort.find() }
        let name = primaryName
        var processes: [ServerProcess] = []
        for port in ports {
            var lines = [
                "port \(port)", "bind 127.0.0.1", "dir \(directory.path)",
                "sentinel monitor \(name) 127.0.0.1 \(primary.port) 2",
                "sentinel down-after-milliseconds \(name) \(downAfterMilliseconds)",
                "sentinel failover-timeout \(name) 4000",
            ]
            if let password { lines += ["requirepass \(password)", "sentinel sentinel-pass \(password)"] }
            if let primaryPassword { lines.append("sentinel auth-pass \(name) \(primaryPassword)") }
            let path = "\(directory.path)/sentinel-\(port).conf"
            try lines.joined(separator: "\n").appending("\n").write(toFile: path, atomically: true, encoding: .utf8)
            processes.append(ServerProcess("redis-server", [path, "--sentinel"]))
        }
        let sentinels = RedisSentinels(ports: ports, directory: directory, processes: processes)
        for process in processes {
            _ = try await process.waitForLine(containing: "+monitor master")
            // A failover needs the others, and a replica.
            _ = try await process.waitForLine(containing: "+slave slave")
            try await waitUntil("a Sentinel knows the two others") {
                Set(
                    process.printed.split(separator: "\n").filter { $0.contains("+sentinel sentinel") }
                        .compactMap { $0.split(separator: " ").dropFirst(8).first }
                ).count >= 2
            }
        }
        return sentinels
    }

    private init(ports: [Int], directory: TemporaryDirectory, processes: [ServerProcess]) {
        self.ports = ports
        self.directory = directory
        self.processes = processes
    }

    /// The Sentinels' part of a URL.
    package var addresses: String { ports.map { "127.0.0.1:\($0)" }.joined(separator: ",") }

    package func signal(_ sentinel: Int, _ number: Int32) { processes[sentinel].signal(number) }

    /// Waits until a Sentinel has made another server the primary.
    package func waitForFailover(to server: RedisServer) async throws {
        try await waitUntil("the Sentinels made \(server.port) the primary") {
            processes.contains { process in
                process.printed.split(separator: "\n").contains {
                    $0.contains("+switch-master") && $0.hasSuffix(" 127.0.0.1 \(server.port)")
                }
            }
        }
    }
}
