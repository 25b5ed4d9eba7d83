import Frond
import Synchronization

/// The way of one pool's sessions to their database: one session at a time tries while it cannot be reached.
final class MySQLConnector: Sendable {
    /// The statements of a pool, beside those that its users execute.
    struct Statements: Sendable {
        /// Settings for each new connection, after those that all get; told whether the server is a MariaDB.
        var settings: @Sendable (_ isMariaDB: Bool) -> [String] = { _ in [] }
        /// A write that changes nothing and fails on a replica; nil for a pool that can do without.
        var writeProof: String?
    }

    let configuration: MySQLConfiguration
    let time: any TimeSource
    private let jitter: @Sendable () -> Double
    private let statements: Statements
    private let state: Mutex<MySQLStateMachine>

    /// - Parameter jitter: draws a number from 0 to 1, to keep servers from connecting in step.
    init(
        _ configuration: MySQLConfiguration, statements: Statements, time: any TimeSource,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.configuration = configuration
        self.statements = statements
        self.time = time
        self.jitter = jitter
        state = Mutex(MySQLStateMachine(addressCount: configuration.addresses.count))
    }

    /// Connects to the first address that serves.
    func connect() throws(MySQLFailure) -> MySQLConnection {
        let now = time.monotonic
        switch state.withLock({ $0.admit(now: now) }) {
        case .refused(let error):
            // Said again to others, without asking the server again.
            throw error.cause as? MySQLFailure ?? MySQLFailure(code: 2002, message: error.message, isConnecting: true)
        case .connect(let attempt):
            return try connect(attempt)
        }
    }

    private func connect(_ attempt: MySQLStateMachine.Attempt) throws(MySQLFailure) -> MySQLConnection {
        var first: MySQLFailure?
        // A password that was replaced in its file holds from the next connection on.
        let configuration = configuration.readingPassword()
        for index in attempt.addresses {
            let address = configuration.addresses[index]
            do throws(MySQLFailure) {
                let connection = try MySQLConnection(configuration, address: address)
                try prepare(connection, attempt)
                state.withLock { $0.connected(to: index, attempt) }
                return connection
            } catch {
                first =
                    first
                    ?? MySQLFailure(
                        code: error.code, message: error.message, isConnecting: true, address: "\(address)")
            }
        }
        let failure = first ?? MySQLFailure(code: 2002, message: "no address", isConnecting: true)
        // A server that answers, and takes no writes yet, costs no wait: the next request asks again.
        if failure.refusesWrites {
            state.withLock { $0.answered() }
            throw failure
        }
        let (error, now, jitter) = (self.error(failure), time.monotonic, jitter())
        state.withLock { $0.failed(error, now: now, jitter: jitter) }
        throw failure
    }

    /// True while the connection may be used.
    func believes(_ connection: MySQLConnection) -> Bool {
        let age = time.monotonic - connection.madeAt
        return state.withLock { $0.believes(connection.generation, age: age) }
    }

    /// A statement failed over a connection, which is to be closed where this returns true.
    func noteFailure(_ failure: MySQLFailure, of connection: MySQLConnection) -> Bool {
        if failure.refusesWrites {
            state.withLock { $0.refusedWrite(connection.generation) }
            return true
        }
        return failure.breaksConnection
    }

    /// A connection that was idle does not answer.
    func noteSilence(of connection: MySQLConnection) {
        state.withLock { $0.fellSilent(connection.generation) }
    }

    func error(_ failure: MySQLFailure) -> FrondError {
        FrondError(mysql: failure, configuration)
    }

    private func prepare(
        _ connection: MySQLConnection, _ attempt: MySQLStateMachine.Attempt
    ) throws(MySQLFailure) {
        let replySeconds = configuration.replyTimeout.components.seconds
        let isMariaDB = connection.isMariaDB
        let session = FrondMySQL.Statements.session(
            lockSeconds: max(1, replySeconds / 2), statementMilliseconds: max(500, replySeconds * 800),
            idleSeconds: max(1, replySeconds / 2), isMariaDB: isMariaDB)
        let start = time.monotonic
        try connection.run(session)
        connection.made(at: start, roundTrip: time.monotonic - start, generation: attempt.generation)
        for statement in statements.settings(isMariaDB) { try connection.run(statement) }
        guard attempt.mustWrite, let proof = statements.writeProof else { return }
        do throws(MySQLFailure) {
            try connection.run(proof)
        } catch {
            // A table that is missing, or a right, is said by the statement that needs it.
            if error.refusesWrites || error.breaksConnection { throw error }
        }
    }
}
