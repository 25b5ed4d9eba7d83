import CMariaDB

/// The owner of one connection, with its prepared statements; used on one thread alone.
///
/// The calls block, each no longer than the timeouts of the configuration.
final class MySQLConnection {
    /// True once the library is set up, which happens once a process, before any thread uses it.
    private static let libraryIsReady = mysql_server_init(0, nil, nil) == 0
    /// Authentication plugins that never send the password in the clear.
    private static let safeProofs = "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519"
    /// An UPDATE says how many rows its condition met, changed or not.
    private static let foundRows: UInt = 2

    private let handle: UnsafeMutablePointer<MYSQL>
    private var statements: [String: MySQLStatement] = [:]
    /// True for a MariaDB, false for a MySQL.
    let isMariaDB: Bool
    /// The generation of the connector's connections that this one belongs to.
    private(set) var generation = 0
    /// The monotonic time at which the connection was made.
    private(set) var madeAt = Duration.zero
    /// The time that a small statement took when the connection was made.
    private(set) var roundTrip = Duration.zero

    init(_ configuration: MySQLConfiguration, address: MySQLAddress) throws(MySQLFailure) {
        guard Self.libraryIsReady, let handle = mysql_init(nil) else {
            throw MySQLFailure(code: 2008, message: "the client library cannot be used", isConnecting: true)
        }
        Self.setOptions(of: handle, configuration, address)
        let (host, port, socket): (String?, Int, String?) =
            switch address {
            case .host(let host, let port): (host, port, nil)
            case .socket(let path): (nil, 0, path)
            }
        let connected = mysql_real_connect(
            handle, host, configuration.user, configuration.password, configuration.database, UInt32(port), socket,
            Self.foundRows)
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
        if case .host = address { SocketWatch.keepAlive(Int32(mysql_get_socket(handle))) }
    }

    /// Notes when the connection was made, for the connector.
    func made(at time: Duration, roundTrip: Duration, generation: Int) {
        madeAt = time
        self.roundTrip = roundTrip
        self.generation = generation
    }

    deinit {
        // Before the connection they belong to.
        statements = [:]
        mysql_close(handle)
    }

    private static func setOptions(
        of handle: UnsafeMutablePointer<MYSQL>, _ configuration: MySQLConfiguration, _ address: MySQLAddress
    ) {
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
        // Said, since the library takes a socket for the host localhost.
        var way = UInt32(MYSQL_PROTOCOL_TCP.rawValue)
        if case .socket = address { way = UInt32(MYSQL_PROTOCOL_SOCKET.rawValue) }
        mysql_options(handle, MYSQL_OPT_PROTOCOL, &way)
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

    /// Asks whether the server answers.
    /// - Parameter limit: the bound on the wait, past which it does not, and the connection is of no use.
    func answers(within limit: Duration) -> Bool {
        let watch = SocketWatch(Int32(mysql_get_socket(handle)), limit: limit)
        defer { watch.end() }
        return mysql_ping(handle) == 0
    }
}
