import CMariaDB

/// The owner of one connection, with its prepared statements; used on one thread alone.
///
/// The calls block, each no longer than the timeouts of the configuration.
final class MySQLConnection {
    /// What the library needs once a process, before any thread uses it.
    private static let libraryIsReady = mysql_server_init(0, nil, nil) == 0
    /// Ways to prove who one is that do not show the password to whoever answers.
    private static let safeProofs = "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519"
    /// An UPDATE says how many rows its condition met, changed or not.
    private static let foundRows: UInt = 2

    private let handle: UnsafeMutablePointer<MYSQL>
    private var statements: [String: MySQLStatement] = [:]
    /// Whether the server is a MariaDB, and not a MySQL.
    let isMariaDB: Bool

    init(_ configuration: MySQLConfiguration) throws(MySQLFailure) {
        guard Self.libraryIsReady, let handle = mysql_init(nil) else {
            throw MySQLFailure(code: 2008, message: "the client library cannot be used", isConnecting: true)
        }
        Self.setOptions(of: handle, configuration)
        let connected = mysql_real_connect(
            handle, configuration.host, configuration.user, configuration.password, configuration.database,
            UInt32(configuration.port), nil, Self.foundRows)
        guard connected != nil else {
            defer { mysql_close(handle) }
            throw MySQLFailure(connection: handle, isConnecting: true)
        }
        guard configuration.encryption == .off || mysql_get_ssl_cipher(handle) != nil else {
            mysql_close(handle)
            throw MySQLFailure(code: 2026, message: "the connection is not encrypted", isConnecting: true)
        }
        self.handle = handle
        isMariaDB = mariadb_connection(handle) != 0
    }

    deinit {
        // Before the connection they belong to.
        statements = [:]
        mysql_close(handle)
    }

    private static func setOptions(of handle: UnsafeMutablePointer<MYSQL>, _ configuration: MySQLConfiguration) {
        func set(_ option: mysql_option, seconds duration: Duration) {
            let (whole, rest) = duration.components
            var seconds = UInt32(clamping: max(whole + (rest > 0 ? 1 : 0), 1))
            mysql_options(handle, option, &seconds)
        }
        func set(_ option: mysql_option, _ isOn: Bool) {
            var flag: CChar = isOn ? 1 : 0
            mysql_options(handle, option, &flag)
        }
        set(MYSQL_OPT_CONNECT_TIMEOUT, seconds: configuration.connectTimeout)
        set(MYSQL_OPT_READ_TIMEOUT, seconds: configuration.replyTimeout)
        set(MYSQL_OPT_WRITE_TIMEOUT, seconds: configuration.replyTimeout)
        set(MYSQL_OPT_RECONNECT, false)
        // A server must not ask for files of this machine.
        var none: UInt32 = 0
        mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &none)
        // Not by a socket, which the library takes for the host localhost.
        var tcp = UInt32(MYSQL_PROTOCOL_TCP.rawValue)
        mysql_options(handle, MYSQL_OPT_PROTOCOL, &tcp)
        mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "frond")
        switch configuration.encryption {
        case .off:
            mysql_options(handle, MARIADB_OPT_RESTRICTED_AUTH, safeProofs)
        case .require:
            set(MYSQL_OPT_SSL_ENFORCE, true)
            mysql_options(handle, MARIADB_OPT_RESTRICTED_AUTH, safeProofs)
        case .verify:
            set(MYSQL_OPT_SSL_ENFORCE, true)
            set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, true)
            if let authority = configuration.certificateAuthority { mysql_options(handle, MYSQL_OPT_SSL_CA, authority) }
        }
    }

    /// Executes a statement, prepared once a connection.
    func execute(_ sql: String, _ arguments: [MySQLValue]) throws(MySQLFailure) -> MySQLResult {
        let statement: MySQLStatement
        if let prepared = statements[sql] {
            statement = prepared
        } else {
            statement = try MySQLStatement(sql, on: handle)
            statements[sql] = statement
        }
        return try statement.execute(arguments)
    }

    /// Executes what needs no values and brings no rows: settings, transactions, tables.
    func run(_ sql: String) throws(MySQLFailure) {
        guard mysql_real_query(handle, sql, UInt(sql.utf8.count)) == 0 else { throw MySQLFailure(connection: handle) }
        if let rows = mysql_store_result(handle) { mysql_free_result(rows) }
    }

    /// Whether the server answers.
    func ping() -> Bool { mysql_ping(handle) == 0 }
}
