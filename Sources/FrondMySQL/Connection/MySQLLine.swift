import Frond
import Synchronization

/// How the sessions of one pool reach their server: one at a time tries while it cannot be reached.
final class MySQLLine: Sendable {
    /// The longest wait between two tries to connect.
    private static let longestPause = Duration.milliseconds(500)

    let configuration: MySQLConfiguration
    let time: any TimeSource
    /// Statements for each new connection, after those that all get; told whether the server is a MariaDB.
    private let settings: @Sendable (_ isMariaDB: Bool) -> [String]
    private let health = Mutex(StoreHealthStateMachine(longestPause: longestPause))

    init(
        _ configuration: MySQLConfiguration, settings: @escaping @Sendable (_ isMariaDB: Bool) -> [String],
        time: any TimeSource
    ) {
        self.configuration = configuration
        self.settings = settings
        self.time = time
    }

    func connect() throws(MySQLFailure) -> MySQLConnection {
        if case .refused(let error) = health.withLock({ $0.admit(now: time.monotonic) }) {
            // Said again to others, without asking the server again.
            throw error.cause as? MySQLFailure ?? MySQLFailure(code: 2002, message: error.message, isConnecting: true)
        }
        do throws(MySQLFailure) {
            let connection = try MySQLConnection(configuration)
            try prepare(connection)
            health.withLock { $0.succeeded() }
            return connection
        } catch {
            let failure = MySQLFailure(code: error.code, message: error.message, isConnecting: true)
            health.withLock {
                $0.failed(self.error(failure), now: time.monotonic, jitter: Double.random(in: 0...1))
            }
            throw failure
        }
    }

    func error(_ failure: MySQLFailure) -> FrondError {
        FrondError(mysql: failure, configuration)
    }

    private func prepare(_ connection: MySQLConnection) throws(MySQLFailure) {
        let replySeconds = configuration.replyTimeout.components.seconds
        let isMariaDB = connection.isMariaDB
        let statements =
            Statements.session(lockSeconds: max(1, replySeconds / 2)) + [
                Statements.statementTimeout(milliseconds: max(500, replySeconds * 800), isMariaDB: isMariaDB),
                Statements.idleTimeout(seconds: max(1, replySeconds / 2), isMariaDB: isMariaDB),
            ] + settings(isMariaDB)
        for statement in statements { try connection.run(statement) }
    }
}
