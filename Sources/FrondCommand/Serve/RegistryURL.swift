import Frond
import FrondSQLite

/// Which registry worker IDs come from: the one place that knows the kinds there are.
enum RegistryURL: Equatable {
    /// No snowflake IDs on this server.
    case none
    /// A table beside the embedded store's.
    case sqlite(path: String)
    /// A worker ID that somebody assigned, with its horizon in a file of the data directory.
    case assigned(workerID: Int64, directory: String)

    /// - Throws: ``CommandFailure`` for a kind that does not exist, or that names no worker ID.
    init(_ text: String, dataDirectory: String) throws {
        do {
            if let workerID = try FileWorkerRegistry.assignedWorkerID(text) {
                self = .assigned(workerID: workerID, directory: dataDirectory)
            } else if text == "none" {
                self = .none
            } else if let path = StoreURL.sqlitePath(text, dataDirectory: dataDirectory) {
                self = .sqlite(path: path)
            } else {
                throw CommandFailure(
                    .configuration,
                    "registry: '\(text)' is not a registry: use sqlite: (in the data directory), "
                        + "sqlite:/path/to/file, static:N, statefulset: or none")
            }
        } catch let error as FrondError {
            throw CommandFailure(.configuration, "registry: \(error.message)")
        }
    }

    /// What people are told the server stands on.
    var summary: String {
        switch self {
        case .none: "none"
        case .sqlite(let path): "sqlite:\(path)"
        case .assigned(let workerID, let directory): "worker ID \(workerID) as assigned, horizon in \(directory)"
        }
    }

    /// - Parameter store: shares its connection with a registry in the same file.
    /// - Returns: nil where there is none.
    /// - Throws: `FrondError`, naming the registry and the cure.
    func open(beside store: OpenStore? = nil) throws -> (any WorkerRegistry)? {
        switch self {
        case .none: nil
        case .sqlite(let path):
            if case .sqlite(let segments) = store, segments.path == path {
                SQLiteWorkerRegistry(beside: segments)
            } else {
                try SQLiteWorkerRegistry(path: path)
            }
        case .assigned(let workerID, let directory):
            FileWorkerRegistry(workerID: workerID, directory: try DataDirectory.make(directory))
        }
    }
}
