import Frond

/// A bounded number of connections to one database, each on a thread of its own: the library's calls block.
///
/// Connections are made when they are needed, and closed when the pool is gone.
final class MySQLPool: Sendable {
    private let threads: BlockingThreads<MySQLSession>
    let configuration: MySQLConfiguration

    init(
        _ configuration: MySQLConfiguration, time: any TimeSource = SystemTimeSource(),
        statements: MySQLConnector.Statements = MySQLConnector.Statements()
    ) {
        self.configuration = configuration
        let connector = MySQLConnector(configuration, statements: statements, time: time)
        threads = BlockingThreads(count: min(max(configuration.poolSize, 1), 64)) { MySQLSession(connector) }
    }

    /// Runs a call with a session of its own, on that session's thread.
    func run<Value: Sendable>(
        _ call: @escaping @Sendable (MySQLSession) throws(FrondError) -> Value
    ) async throws(FrondError) -> Value {
        try await threads.run(call)
    }

    /// Asks for something small; returns once the server has answered.
    func probe() async throws(FrondError) {
        _ = try await run { session throws(FrondError) in try session.read(Statements.probe) }
    }
}
