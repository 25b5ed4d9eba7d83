import Frond
import FrondSQLite

/// A store in use, and what it takes to end that.
enum OpenStore {
    case sqlite(SQLiteSegmentStore)

    var segments: any SegmentStore {
        switch self {
        case .sqlite(let store): store
        }
    }

    /// Finishes what is under way; the store answers no more.
    /// - Throws: `FrondError` where that fails.
    func close() async throws {
        switch self {
        case .sqlite(let store): try await store.close()
        }
    }
}
