import Frond
import Synchronization

/// What one thread of a pool has of its own: a connection, made when it is needed and made anew when it broke.
final class MySQLSession {
    /// A connection that was idle for longer is asked whether it still is one before anything is changed over it.
    private static let trustedIdleTime = Duration.seconds(1)

    private let line: MySQLLine
    private var connection: MySQLConnection?
    private var lastUse = Duration.zero
    private var isInTransaction = false

    init(_ line: MySQLLine) {
        self.line = line
    }

    /// Executes a statement that changes nothing, once more where the connection had broken while nobody used it.
    func read(_ sql: String, _ arguments: [MySQLValue] = []) throws(FrondError) -> [MySQLRow] {
        let isOld = connection != nil && !isInTransaction
        do throws(MySQLFailure) {
            return try executed(sql, arguments).rows
        } catch {
            guard isOld, error.breaksConnection, !error.isTimeout else { throw line.error(error) }
        }
        do throws(MySQLFailure) {
            return try executed(sql, arguments).rows
        } catch {
            throw line.error(error)
        }
    }

    /// What became of a change, where that is known.
    enum Change: Hashable, Sendable {
        /// Rows that the condition met.
        case done(rows: Int64)
        /// Nothing was changed: there is a row with this key.
        case duplicateKey
        /// Nothing was changed: somebody else changed the same rows at the same time.
        case deadlock
    }

    /// Executes a statement that changes something, once: where its outcome is not known it throws.
    func write(_ sql: String, _ arguments: [MySQLValue]) throws(FrondError) -> Change {
        do throws(MySQLFailure) {
            return .done(rows: try executed(sql, arguments).affectedRows)
        } catch {
            switch error.code {
            case 1062: return .duplicateKey
            case 1213: return .deadlock
            default: throw line.error(error)
            }
        }
    }

    /// Executes a statement that puts rows in, once.
    /// - Returns: nil where nothing was changed, because somebody else changed the same rows at the same time.
    func insert(_ sql: String, _ arguments: [MySQLValue]) throws(FrondError) -> MySQLResult? {
        do throws(MySQLFailure) {
            return try executed(sql, arguments)
        } catch {
            guard error.code == 1213 else { throw line.error(error) }
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
    /// commit, of which nobody knows.
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

    // MARK: The connection

    private func executed(_ sql: String, _ arguments: [MySQLValue]) throws(MySQLFailure) -> MySQLResult {
        let connection = try connected()
        do throws(MySQLFailure) {
            let result = try connection.execute(sql, arguments)
            lastUse = line.time.monotonic
            return result
        } catch {
            if error.breaksConnection { self.connection = nil }
            throw error
        }
    }

    private func failed(_ error: MySQLFailure) -> FrondError {
        if error.breaksConnection { connection = nil }
        return line.error(error)
    }

    private func connected() throws(MySQLFailure) -> MySQLConnection {
        let now = line.time.monotonic
        if let connection {
            if isInTransaction || now - lastUse < Self.trustedIdleTime { return connection }
            if connection.ping() {
                lastUse = line.time.monotonic
                return connection
            }
            self.connection = nil
        }
        let made = try line.connect()
        connection = made
        lastUse = line.time.monotonic
        return made
    }
}
