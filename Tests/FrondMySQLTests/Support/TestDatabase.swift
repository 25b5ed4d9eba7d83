import Foundation
import Frond
import Synchronization
import TestServers
import Testing

@testable import FrondMySQL

/// Not the tags of Swift Testing.
typealias Tag = Frond.Tag

/// A database of its own on a server that all tests share.
struct TestDatabase: Sendable {
    let server: MariaDBServer
    let name: String

    /// - Parameters:
    ///   - server: one that the test may stop and kill; the shared one where nil.
    ///   - hasTables: whether Frond's tables are made.
    static func make(on server: MariaDBServer? = nil, hasTables: Bool = true) async throws -> TestDatabase {
        let server = if let server { server } else { try await SharedServer.shared.server() }
        let name = "test_\(UInt64.random(in: 0 ... .max))"
        let database = TestDatabase(server: server, name: name)
        do {
            try await database.administer { session throws(FrondError) in try session.run("CREATE DATABASE \(name)") }
        } catch {
            Issue.record("the server printed: \(server.printed.suffix(8000))")
            throw error
        }
        if hasTables { _ = try await MySQLSchema(database.configuration).apply() }
        return database
    }

    /// The configuration of root, which may do everything.
    var configuration: MySQLConfiguration { configuration(port: server.port) }

    func configuration(port: Int, user: String = "root", password: String = "") -> MySQLConfiguration {
        // Patient, since tests run on busy machines; those of timeouts say their own.
        MySQLConfiguration(
            host: "127.0.0.1", port: port, user: user, password: password, database: name,
            connectTimeout: .seconds(20), replyTimeout: .seconds(30))
    }

    func store(_ change: (inout MySQLConfiguration) -> Void = { _ in }) -> MySQLSegmentStore {
        var configuration = configuration
        change(&configuration)
        return MySQLSegmentStore(configuration)
    }

    /// A user with a password, and rights on this database alone.
    func makeUser(_ rights: String) async throws -> MySQLConfiguration {
        let user = "user_\(UInt32.random(in: 0 ... .max))"
        try await run(
            "CREATE USER '\(user)'@'%' IDENTIFIED BY 'sec\"ret%20'",
            "GRANT \(rights) ON \(name).* TO '\(user)'@'%'")
        return configuration(port: server.port, user: user, password: "sec\"ret%20")
    }

    /// Runs SQL over a connection of its own, as the `mariadb` command would.
    func run(_ statements: String...) async throws {
        try await MySQLPool(configuration).run { session throws(FrondError) in
            for statement in statements { try session.run(statement) }
        }
    }

    /// Runs a script, such as one of `sql/mysql`.
    func runScript(_ path: String) async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
        let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        try await MySQLPool(configuration).run { session throws(FrondError) in
            for statement in TableDefinition.statements(in: text) { try session.run(statement) }
        }
    }

    func rows(_ query: String) async throws -> [MySQLRow] {
        try await MySQLPool(configuration).run { session throws(FrondError) in try session.read(query) }
    }

    private func administer(
        _ call: @escaping @Sendable (MySQLSession) throws(FrondError) -> Void
    ) async throws {
        var configuration = configuration
        configuration.database = "mysql"
        try await MySQLPool(configuration).run(call)
    }
}

/// The server that tests share which neither stop it nor change its settings; ended with the process.
private actor SharedServer {
    static let shared = SharedServer()
    private static let running = Mutex<MariaDBServer?>(nil)

    private var starting: Task<MariaDBServer, any Error>?

    func server() async throws -> MariaDBServer {
        let task =
            starting
            ?? Task {
                // No test pulls its plug: it need not wait for the disk.
                let server = try await MariaDBServer(options: ["--innodb-flush-log-at-trx-commit=0"])
                Self.running.withLock { $0 = server }
                atexit { SharedServer.running.withLock { $0?.discard() } }
                return server
            }
        starting = task
        return try await task.value
    }
}

/// A request by this process, a million milliseconds after 1970 began.
func workerRequest(_ workerIDs: Range<Int64>) -> WorkerRequest {
    let holder = WorkerHolder(
        host: "test", processID: Int64(ProcessInfo.processInfo.processIdentifier), startedAtMilliseconds: 0)
    return WorkerRequest(holder: holder, workerIDs: workerIDs, nowMilliseconds: 1_000_000, length: .seconds(3))
}
