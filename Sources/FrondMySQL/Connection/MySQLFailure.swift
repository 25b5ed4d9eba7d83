import CMariaDB

/// What the client library or the server said when a call failed.
struct MySQLFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A server's code, such as 1045, or one of the library's, 2000 and more.
    var code: UInt32
    var message: String
    /// Whether this was the making of a connection: nothing was asked for yet.
    var isConnecting = false

    init(code: UInt32, message: String, isConnecting: Bool = false) {
        self.code = code
        self.message = message
        self.isConnecting = isConnecting
    }

    init(connection: UnsafeMutablePointer<MYSQL>, isConnecting: Bool = false) {
        self.init(
            code: mysql_errno(connection), message: String(cString: mysql_error(connection)),
            isConnecting: isConnecting)
    }

    init(statement: UnsafeMutablePointer<MYSQL_STMT>) {
        self.init(code: mysql_stmt_errno(statement), message: String(cString: mysql_stmt_error(statement)))
    }

    /// Whether the connection is of no use any more; what was asked for may have been carried out.
    var breaksConnection: Bool {
        switch code {
        // The library's own, of which most mean that the connection broke.
        case 2000..<3000, 5000..<6000: true
        // Shutdown, network, killed, too long idle.
        case 1053, 1080, 1152, 1158...1161, 1184, 1927, 4031: true
        default: false
        }
    }

    var description: String { "error \(code): \(message)" }
}
