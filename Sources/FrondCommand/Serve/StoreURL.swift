import Frond
import FrondMySQL
import FrondSQLite
import Logging

/// The store of numbers: the one place that knows all kinds.
enum StoreURL: Equatable {
    /// The embedded store: one file.
    case sqlite(path: String)
    /// A table of MariaDB or MySQL, in one database or spread over several.
    case mysql([MySQLConfiguration])

    /// - Parameters:
    ///   - password: for a URL that names a user and none.
    ///   - passwordFile: the file that the password is from; nil where it is from elsewhere.
    /// - Throws: ``CommandFailure`` for a kind that does not exist, or a URL that cannot be.
    init(_ text: String, dataDirectory: String, password: String?, passwordFile: String? = nil) throws {
        if let path = Self.sqlitePath(text, dataDirectory: dataDirectory) {
            self = .sqlite(path: path)
        } else if Self.isMySQL(text) {
            self = .mysql(
                try Self.list(text).map { try Self.mysql($0, password: password, passwordFile, setting: "store") })
        } else {
            throw CommandFailure(
                .configuration,
                "store: '\(URLText.withoutPassword(text))' is not a store: use sqlite: (in the data directory), "
                    + "sqlite:/path/to/file or mysql://user@host:3306/database, of which several may be named with "
                    + "commas"
            )
        }
    }

    /// The file that a `sqlite:` URL names, or nil for another kind of URL.
    static func sqlitePath(_ text: String, dataDirectory: String) -> String? {
        guard text.hasPrefix("sqlite:") else { return nil }
        var path = text.dropFirst("sqlite:".count)
        if path.hasPrefix("//") { path = path.dropFirst(2) }
        return path.isEmpty ? "\(dataDirectory)/frond.sqlite" : String(path)
    }

    static func isMySQL(_ text: String) -> Bool { text.hasPrefix("mysql:") || text.hasPrefix("mariadb:") }

    /// URLs parted by commas; a comma within a URL is no part where no new URL follows.
    private static func list(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).reduce(into: []) { list, part in
            if isMySQL(String(part)) || list.isEmpty {
                list.append(String(part))
            } else {
                list[list.count - 1] += ",\(part)"
            }
        }
    }

    /// The database that a `mysql:` or `mariadb:` URL names.
    static func mysql(
        _ text: String, password: String?, _ passwordFile: String?, setting: String
    ) throws -> MySQLConfiguration {
        do {
            var configuration = try MySQLConfiguration(url: text)
            if configuration.password.isEmpty, let password {
                configuration.password = password
                configuration.passwordFile = passwordFile
            }
            return configuration
        } catch {
            throw CommandFailure(.configuration, "\(setting): \(error.message)")
        }
    }

    /// True if the store needs no server, so that tags are created on first use.
    var isEmbedded: Bool {
        switch self {
        case .sqlite: true
        case .mysql: false
        }
    }

    /// The text for people that names the store.
    var summary: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .mysql(let configurations): configurations.map(\.description).joined(separator: ", ")
        }
    }

    /// - Parameters:
    ///   - mustExist: true if a missing embedded store is an error, false if it is created.
    ///   - logger: is told of a database that is passed over.
    /// - Throws: `FrondError`, naming the store and the cure.
    func open(mustExist: Bool = false, logger: Logger? = nil) throws -> OpenStore {
        switch self {
        case .sqlite(let path): .sqlite(try SQLiteSegmentStore(path: path, mustExist: mustExist))
        case .mysql(let configurations): .mysql(MySQLSegmentStore(primaries: configurations, logger: logger))
        }
    }
}
