import Frond
import FrondSQLite

/// Which store numbers are reserved in: the one place that knows the kinds there are.
enum StoreURL: Equatable {
    /// The embedded store: one file.
    case sqlite(path: String)

    /// - Throws: ``CommandFailure`` for a kind that does not exist.
    init(_ text: String, dataDirectory: String) throws {
        guard let path = Self.sqlitePath(text, dataDirectory: dataDirectory) else {
            throw CommandFailure(
                .configuration,
                "store: '\(text)' is not a store: use sqlite: (in the data directory) or sqlite:/path/to/file")
        }
        self = .sqlite(path: path)
    }

    /// The file that a `sqlite:` URL names, or nil for another kind of URL.
    static func sqlitePath(_ text: String, dataDirectory: String) -> String? {
        guard text.hasPrefix("sqlite:") else { return nil }
        var path = text.dropFirst("sqlite:".count)
        if path.hasPrefix("//") { path = path.dropFirst(2) }
        return path.isEmpty ? "\(dataDirectory)/frond.sqlite" : String(path)
    }

    /// Whether the store needs no server, so that tags may be made as they are asked for.
    var isEmbedded: Bool {
        switch self {
        case .sqlite: true
        }
    }

    /// What people are told the server stands on.
    var summary: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        }
    }

    /// - Throws: `FrondError`, naming the store and the cure.
    func open() throws -> OpenStore {
        switch self {
        case .sqlite(let path): .sqlite(try SQLiteSegmentStore(path: path))
        }
    }
}
