import Frond
import FrondMySQL
import FrondSQLite

/// An open store.
enum OpenStore {
    case sqlite(SQLiteSegmentStore)
    case mysql(MySQLSegmentStore)

    var segments: any SegmentStore {
        switch self {
        case .sqlite(let store): store
        case .mysql(let store): store
        }
    }

    /// Checks at the start of a server that the store can be used.
    /// - Throws: `FrondError`, naming the cure.
    func check() async throws {
        switch self {
        case .sqlite(let store): try await store.check()
        case .mysql(let store): try await store.check()
        }
    }

    /// Finishes the calls under way and closes the store.
    /// - Throws: `FrondError` if that fails.
    func close() async throws {
        switch self {
        case .sqlite(let store): try await store.close()
        case .mysql: break
        }
    }
}
