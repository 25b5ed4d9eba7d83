import Frond
import FrondMySQL
import FrondSQLite

/// A store in use, and what it takes to end that.
enum OpenStore {
    case sqlite(SQLiteSegmentStore)
    case mysql(MySQLSegmentStore)

    var segments: any SegmentStore {
        switch self {
        case .sqlite(let store): store
        case .mysql(let store): store
        }
    }

    /// Whether the store can be used, at the start of a server.
    /// - Throws: `FrondError`, naming the cure.
    func check() async throws {
        switch self {
        case .sqlite: break
        case .mysql(let store): try await store.check()
        }
    }

    /// Finishes what is under way; the store answers no more.
    /// - Throws: `FrondError` where that fails.
    func close() async throws {
        switch self {
        case .sqlite(let store): try await store.close()
        case .mysql: break
        }
    }
}
