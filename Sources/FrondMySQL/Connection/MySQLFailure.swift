import CMariaDB

/// The words of the client library or the server when a call failed.
struct MySQLFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A server's code, such as 1045, or one of the library's, 2000 and more.
    var code: UInt32
    var message: String
    /// True where a connection was being made: nothing was asked for yet.
    var isConnecting = false
    /// The address of the server, where several are known or it was being connected to.
    var address: String?

    init(code: UInt32, message: String, isConnecting: Bool = false, address: String? = nil) {
        self.code = code
        self.message = message
        self.isConnecting = isConnecting
        self.address = address
    }

    init(connection: UnsafeMutablePointer<MYSQL>, isConnecting: Bool = false) {
        self.init(
            code: mysql_errno(connection), message: String(cString: mysql_error(connection)),
            isConnecting: isConnecting)
    }

    init(statement: UnsafeMutablePointer<MYSQL_STMT>) {
        self.init(code: mysql_stmt_errno(statement), message: String(cString: mysql_stmt_error(statement)))
    }

    /// True where the server takes no writes: a replica, a primary that was demoted, a node that left its cluster.
    /// Nothing was changed.
    var refusesWrites: Bool {
        switch code {
        // Read-only by an option, by the transaction, by its mode; a node of a Galera cluster that is not ready; a
        // member of a replication group that is not online.
        case 1290, 1792, 1836, 1047, 3100: true
        default: false
        }
    }

    /// True where the connection is of no use any more; the statement may have been carried out.
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
