import Frond
import Synchronization

/// The connection of one thread of a pool, made when it is needed and made anew when it broke.
final class MySQLSession {
    /// The idle time after which a connection is asked whether it still is one, before it is used.
    private static let trustedIdleTime = Duration.milliseconds(100)
    /// The shortest bound on the wait for that answer: a balancer may have dropped the connection in silence.
    private static let shortestPatience = Duration.milliseconds(300)

    private let connector: MySQLConnector
    private var connection: MySQLConnection?
    private var lastUse = Duration.zero
    private var isInTransaction = false

    init(_ connector: MySQLConnector) {
        self.connector = connector
    }

    /// Executes a statement that changes nothing, once more where the connection had broken while it was idle.
    func read(_ sql: String, _ arguments: [MySQLValue] = []) throws(FrondError) -> [MySQLRow] {
        let isOld = connection != nil && !isInTransaction
        do throws(MySQLFailure) {
            return try executed(sql, arguments).rows
        } catch {
            guard isOld, error.breaksConnection, !error.isTimeout else { throw connector.error(error) }
        }
        do throws(MySQLFailure) {
            return try executed(sql, arguments).rows
        } catch {
            throw connector.error(error)
        }
    }

    /// The outcome of a change, where it is known.
    enum Change: Hashable, Sendable {
        /// Rows that the condition met.
        case done(rows: Int64)
        /// Nothing was changed: there is a row with this key.
        case duplicateKey
        /// Nothing was changed: another session changed the same rows at the same time.
        case deadlock
    }

    /// Executes a statement that changes something, once: where its outcome is not known it throws. Where the server
    /// takes no writes any more, nothing was changed, and the statement is sent to the next primary.
    func write(_ sql: String, _ arguments: [MySQLValue]) throws(FrondError) -> Change {
        do throws(MySQLFailure) {
            return .done(rows: try movingOn { () throws(MySQLFailure) in try executed(sql, arguments) }.affectedRows)
        } catch {
            switch error.code {
            case 1062: return .duplicateKey
            case 1213: return .deadlock
            default: throw connector.error(error)
            }
        }
    }

    /// Executes a statement that puts rows in, once.
    /// - Returns: nil where nothing was changed, because another session changed the same rows at the same time.
    func insert(_ sql: String, _ arguments: [MySQLValue]) throws(FrondError) -> MySQLResult? {
        do throws(MySQLFailure) {
            return try executed(sql, arguments)
        } catch {
            guard error.code == 1213 else { throw connector.error(error) }
            return nil
        }
    }

    /// Executes what needs no values: tables.
    func run(_ sql: String) throws(FrondError) {
        do throws(MySQLFailure) {
            try connected().run(sql)
        } catch {
            throw failed(error)
        }
    }

    /// All or nothing. Where anything fails the connection is closed, which undoes what was done, unless that was the
    /// commit, whose outcome is unknown.
    func transaction<Value>(_ body: () throws(FrondError) -> Value) throws(FrondError) -> Value {
        try run(Statements.begin)
        isInTransaction = true
        defer { isInTransaction = false }
        do throws(FrondError) {
            let value = try body()
            try run(Statements.commit)
            return value
        } catch {
            connection = nil
            throw error
        }
    }

    /// Tries once more, over a connection to the next primary, where a write was refused outside of a transaction.
    private func movingOn<Value>(_ call: () throws(MySQLFailure) -> Value) throws(MySQLFailure) -> Value {
        do throws(MySQLFailure) {
            return try call()
        } catch {
            guard error.refusesWrites, !error.isConnecting, !isInTransaction else { throw error }
        }
        return try call()
    }

    // MARK: The connection

    private func executed(_ sql: String, _ arguments: [MySQLValue]) throws(MySQLFailure) -> MySQLResult {
        let connection = try connected()
        do throws(MySQLFailure) {
            let result = try connection.execute(sql, arguments)
            lastUse = connector.time.monotonic
            return result
        } catch {
            if connector.noteFailure(error, of: connection) { self.connection = nil }
            throw error
        }
    }

    private func failed(_ error: MySQLFailure) -> FrondError {
        if let connection, connector.noteFailure(error, of: connection) { self.connection = nil }
        return connector.error(error)
    }

    private func connected() throws(MySQLFailure) -> MySQLConnection {
        let now = connector.time.monotonic
        if let connection {
            if isInTransaction { return connection }
            if connector.believes(connection) {
                if now - lastUse < Self.trustedIdleTime { return connection }
                if connection.answers(within: patience(with: connection)) {
                    lastUse = connector.time.monotonic
                    return connection
                }
                connector.noteSilence(of: connection)
            }
            self.connection = nil
        }
        let made = try connector.connect()
        connection = made
        lastUse = connector.time.monotonic
        return made
    }

    /// A server that is slow by nature is given more time.
    private func patience(with connection: MySQLConnection) -> Duration {
        min(max(Self.shortestPatience, connection.roundTrip * 4), connector.configuration.replyTimeout)
    }
}
