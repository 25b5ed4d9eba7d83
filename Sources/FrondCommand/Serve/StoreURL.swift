import Frond
import FrondSQLite

/// Which store numbers are reserved in: the one place that knows the kinds there are.
enum StoreURL: Equatable {
    /// The embedded store: one file.
    case sqlite(path: String)

    /// - Throws: ``CommandFailure`` for a kind that does not exist.
    init(_ text: String, dataDirectory: String) throws {
        let scheme = text.prefix { $0 != ":" }
        guard scheme.endIndex < text.endIndex, scheme == "sqlite" else {
            throw CommandFailure(
                .configuration,
                "store: '\(text)' is not a store: use sqlite: (in the data directory) or sqlite:/path/to/file")
        }
        var path = text[text.index(after: scheme.endIndex)...]
        if path.hasPrefix("//") { path = path.dropFirst(2) }
        self = .sqlite(path: path.isEmpty ? "\(dataDirectory)/frond.sqlite" : String(path))
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
    func open() async throws -> any SegmentStore {
        switch self {
        case .sqlite(let path): try SQLiteSegmentStore(path: path)
        }
    }
}
