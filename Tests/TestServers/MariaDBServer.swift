import Foundation
import FrondTesting
import Synchronization
import Testing

/// A private MariaDB with a data folder of its own, which can be stopped, killed and started again.
///
/// User `root` has no password and may do everything; tests make what else they need.
package final class MariaDBServer: Sendable {

    package let port: Int
    private let folder: TemporaryDirectory
    private let options: [String]
    private let process = Mutex<ServerProcess?>(nil)

    /// Starts a server and waits until it answers.
    /// - Parameter options: of `mariadbd`, beside those that make it small and quick.
    package init(options: [String] = []) async throws {
        let data = try await InstalledData.shared.copy()
        folder = data
        port = try FreePort.find()
        self.options = options
        try await start()
    }

    deinit {
        process.withLock { $0?.signal(SIGKILL) }
    }

    /// The folder of the server: data in `data`, and whatever a test puts beside it.
    package var path: String { folder.path }

    /// All it has printed since it was last started.
    package var printed: String { process.withLock { $0?.printed ?? "" } }

    /// Ends it at once and removes its data: for the end of the process, where objects are left as they are.
    package func discard() {
        process.withLock { $0?.signal(SIGKILL) }
        folder.remove()
    }

    /// Starts it, on the same port and data, and waits until it answers.
    package func start() async throws {
        let started = ServerProcess(
            "mariadbd",
            [
                "--no-defaults", "--user=root", "--datadir=\(folder.path)/data", "--bind-address=127.0.0.1",
                // Of its own: a server that starts removes the temporary tables of others from a folder they share.
                "--tmpdir=\(folder.path)/temporary",
                "--port=\(port)", "--socket=\(folder.path)/socket", "--pid-file=\(folder.path)/pid",
                "--innodb-log-file-size=\(InstalledData.logSize)", "--innodb-buffer-pool-size=16M",
                "--key-buffer-size=1M", "--aria-pagecache-buffer-size=16M", "--performance-schema=OFF",
                "--skip-name-resolve", "--max-connections=400", "--back-log=300",
                "--innodb-flush-log-at-trx-commit=1",
            ] + options)
        process.withLock { $0 = started }
        _ = try await started.waitForLine(containing: "ready for connections")
    }

    /// Stops it as an operator would, and waits until it has ended.
    package func stop() async {
        await end(SIGTERM)
    }

    /// Kills it at once: what was not durable is lost.
    package func kill() async {
        await end(SIGKILL)
    }

    /// Halts it without ending it, or lets it go on.
    package func pause(_ isPaused: Bool) {
        process.withLock { $0?.signal(isPaused ? SIGSTOP : SIGCONT) }
    }

    private func end(_ signal: Int32) async {
        let running = process.withLock { $0 }
        running?.signal(signal)
        _ = await running?.waitForExit()
    }
}

/// An empty data folder, made once a test run and copied for each server: a tenth of the time.
private actor InstalledData {
    static let shared = InstalledData()
    static let logSize = "4M"

    private static let template = Mutex<TemporaryDirectory?>(nil)

    private var making: Task<TemporaryDirectory, any Error>?

    /// A new folder with the data in `data`.
    func copy() async throws -> TemporaryDirectory {
        let task = making ?? Task { try await Self.make() }
        making = task
        let template = try await task.value
        let folder = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: "\(template.path)/data", toPath: "\(folder.path)/data")
        try Self.makeTemporaryFolder(in: folder)
        return folder
    }

    private static func make() async throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try makeTemporaryFolder(in: folder)
        let install = ServerProcess(
            "mariadb-install-db",
            [
                "--no-defaults", "--datadir=\(folder.path)/data", "--auth-root-authentication-method=normal",
                "--skip-test-db", "--user=root", "--innodb-log-file-size=\(logSize)",
                "--tmpdir=\(folder.path)/temporary",
            ])
        let status = await install.waitForExit()
        template.withLock { $0 = folder }
        atexit { InstalledData.template.withLock { $0?.remove() } }
        try #require(status == 0, "mariadb-install-db: \(install.printed)")
        return folder
    }

    private static func makeTemporaryFolder(in folder: TemporaryDirectory) throws {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/temporary", withIntermediateDirectories: true)
    }
}
