import Foundation
package import FrondTesting
import Subprocess
import Testing

/// A Redis server of a test: on loopback, with its data in a folder of its own. It may be killed and started again.
package final class RedisServer: Sendable {
    package let port: Int
    package let directory: TemporaryDirectory
    private let process: ServerProcess

    /// Starts a server and waits until it serves.
    /// - Parameters:
    ///   - port: a free one by default.
    ///   - directory: where its data is; that of an earlier server, to go on with its data.
    ///   - options: of its configuration, such as `["--appendonly", "yes"]`.
    package static func start(
        port: Int? = nil, directory: TemporaryDirectory? = nil, _ options: [String] = []
    ) async throws -> RedisServer {
        let server = try RedisServer(
            port: port ?? FreePort.find(), directory: directory ?? TemporaryDirectory(), options)
        _ = try await server.process.waitForLine(containing: "Ready to accept connections")
        return server
    }

    private init(port: Int, directory: TemporaryDirectory, _ options: [String]) throws {
        self.port = port
        self.directory = directory
        // Without points of saving: it writes its data when a test says so. Replicas get it without delay.
        let arguments = [
            "--port", "\(port)", "--bind", "127.0.0.1", "--dir", directory.path, "--save", "",
            "--repl-diskless-sync-delay", "0",
        ]
        process = ServerProcess("redis-server", arguments + options)
    }

    /// Runs a command by `redis-cli` and returns what it prints.
    @discardableResult
    package func command(_ words: String...) async throws -> String { try await run(words) }

    @discardableResult
    package func run(_ command: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .name("redis-cli"), arguments: Arguments(["-p", "\(port)"] + command),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    package func signal(_ number: Int32) { process.signal(number) }

    /// Kills it, as the loss of its machine would, and waits for its end.
    package func kill() async {
        process.signal(SIGKILL)
        _ = await process.waitForExit()
    }
}
