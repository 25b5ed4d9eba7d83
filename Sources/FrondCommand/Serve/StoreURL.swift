import Frond
import FrondMySQL
import FrondSQLite

/// Which store numbers are reserved in: the one place that knows the kinds there are.
enum StoreURL: Equatable {
    /// The embedded store: one file.
    case sqlite(path: String)
    /// A table of MariaDB or MySQL.
    case mysql(MySQLConfiguration)

    /// - Parameter password: for a URL that names a user and none.
    /// - Throws: ``CommandFailure`` for a kind that does not exist, or a URL that cannot be.
    init(_ text: String, dataDirectory: String, password: String?) throws {
        if let path = Self.sqlitePath(text, dataDirectory: dataDirectory) {
            self = .sqlite(path: path)
        } else if let configuration = try Self.mysql(text, password: password, setting: "store") {
            self = .mysql(configuration)
        } else {
            throw CommandFailure(
                .configuration,
                "store: '\(URLText.withoutPassword(text))' is not a store: use sqlite: (in the data directory), "
                    + "sqlite:/path/to/file or mysql://user@host:3306/database")
        }
    }

    /// The file that a `sqlite:` URL names, or nil for another kind of URL.
    static func sqlitePath(_ text: String, dataDirectory: String) -> String? {
        guard text.hasPrefix("sqlite:") else { return nil }
        var path = text.dropFirst("sqlite:".count)
        if path.hasPrefix("//") { path = path.dropFirst(2) }
        return path.isEmpty ? "\(dataDirectory)/frond.sqlite" : String(path)
    }

    /// The database that a `mysql:` or `mariadb:` URL names, or nil for another kind of URL.
    static func mysql(_ text: String, password: String?, setting: String) throws -> MySQLConfiguration? {
        guard text.hasPrefix("mysql:") || text.hasPrefix("mariadb:") else { return nil }
        do {
            var configuration = try MySQLConfiguration(url: text)
            if configuration.password.isEmpty, let password { configuration.password = password }
            return configuration
        } catch {
            throw CommandFailure(.configuration, "\(setting): \(error.message)")
        }
    }

    /// Whether the store needs no server, so that tags may be made as they are asked for.
    var isEmbedded: Bool {
        switch self {
        case .sqlite: true
        case .mysql: false
        }
    }

    /// What people are told the server stands on.
    var summary: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .mysql(let configuration): "\(configuration)"
        }
    }

    /// - Throws: `FrondError`, naming the store and the cure.
    func open() throws -> OpenStore {
        switch self {
        case .sqlite(let path): .sqlite(try SQLiteSegmentStore(path: path))
        case .mysql(let configuration): .mysql(MySQLSegmentStore(configuration))
        }
    }
}
