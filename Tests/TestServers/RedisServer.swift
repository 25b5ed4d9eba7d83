import Foundation
package import FrondTesting
import Subprocess
import Testing

/// A Redis server of a test: on loopback, with its data in a folder of its own. It may be killed and started again.
package final class RedisServer: Sendable {
    package let port: Int
    package let directory: TemporaryDirectory
    private let process: ServerProcess
    /// The options of `redis-cli` for it.
    private let clientOptions: [String]

    /// Starts a server and waits until it serves.
    /// - Parameters:
    ///   - port: a free one by default.
    ///   - directory: where its data is; that of an earlier server, to go on with its data.
    ///   - tls: its certificates; it then takes encrypted connections alone.
    ///   - password: of the default user, for clients and for replicas of it.
    ///   - options: of its configuration, such as `["--appendonly", "yes"]`.
    package static func start(
        port: Int? = nil, directory: TemporaryDirectory? = nil, tls: TestCertificates? = nil, password: String? = nil,
        _ options: [String] = []
    ) async throws -> RedisServer {
        let server = try RedisServer(
            port: port ?? FreePort.find(), directory: directory ?? TemporaryDirectory(), tls: tls, password: password,
            options)
        _ = try await server.process.waitForLine(containing: "Ready to accept connections")
        return server
    }

    private init(
        port: Int, directory: TemporaryDirectory, tls: TestCertificates?, password: String?, _ options: [String]
    ) throws {
        self.port = port
        self.directory = directory
        // Without points of saving: it writes its data when a test says so. Replicas get it without delay.
        var arguments = [
            "--bind", "127.0.0.1", "--dir", directory.path, "--save", "", "--repl-diskless-sync-delay", "0",
        ]
        var clientOptions = ["-p", "\(port)"]
        if let tls {
            arguments += [
                "--port", "0", "--tls-port", "\(port)", "--tls-cert-file", tls.server, "--tls-key-file", tls.serverKey,
                "--tls-ca-cert-file", tls.authority,
            ]
            clientOptions += ["--tls", "--cacert", tls.authority, "--cert", tls.client, "--key", tls.clientKey]
        } else {
            arguments += ["--port", "\(port)"]
        }
        if let password {
            arguments += ["--requirepass", password, "--masterauth", password]
            clientOptions += ["-a", password, "--no-auth-warning"]
        }
        self.clientOptions = clientOptions
        process = ServerProcess("redis-server", arguments + options)
    }

    /// Runs a command by `redis-cli` and returns what it prints.
    @discardableResult
    package func command(_ words: String...) async throws -> String { try await run(words) }

    @discardableResult
    package func run(_ command: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .name("redis-cli"), arguments: Arguments(clientOptions + command),
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
