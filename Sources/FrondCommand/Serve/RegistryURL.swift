import Frond
import FrondEtcd
import FrondMySQL
import FrondSQLite
import FrondZooKeeper

/// The registry of worker IDs: the one place that knows all kinds.
enum RegistryURL: Equatable {
    /// No snowflake IDs on this server.
    case none
    /// A table beside the embedded store's.
    case sqlite(path: String)
    /// A table of MariaDB or MySQL.
    case mysql(MySQLConfiguration)
    case etcd(EtcdConfiguration)
    case zookeeper(ZooKeeperConfiguration)
    /// A worker ID that an operator assigned, with its horizon in a file of the data directory.
    case assigned(workerID: Int64, directory: String)

    /// - Parameters:
    ///   - password: for a URL that names a user and none.
    ///   - passwordFile: the file that the password is from; nil where it is from elsewhere.
    /// - Throws: ``CommandFailure`` for a kind that does not exist, that names no worker ID, or a URL that cannot be.
    init(_ text: String, dataDirectory: String, password: String?, passwordFile: String? = nil) throws {
        do {
            if let workerID = try AssignedWorkerID.read(text) {
                self = .assigned(workerID: workerID, directory: dataDirectory)
            } else if text == "none" {
                self = .none
            } else if let path = StoreURL.sqlitePath(text, dataDirectory: dataDirectory) {
                self = .sqlite(path: path)
            } else if StoreURL.isMySQL(text) {
                self = .mysql(try StoreURL.mysql(text, password: password, passwordFile, setting: "registry"))
            } else if text.hasPrefix("etcd:") {
                self = .etcd(try EtcdConfiguration(url: URLText.filled(text, with: password)))
            } else if text.hasPrefix("zookeeper:") {
                self = .zookeeper(try ZooKeeperConfiguration(url: URLText.filled(text, with: password)))
            } else {
                throw CommandFailure(
                    .configuration,
                    "registry: '\(URLText.withoutPassword(text))' is not a registry: use sqlite: (in the data "
                        + "directory), sqlite:/path/to/file, mysql://…, etcd://…, zookeeper://…, static:N, "
                        + "statefulset:NAME[+OFFSET] or none")
            }
        } catch let error as FrondError {
            throw CommandFailure(.configuration, "registry: \(error.message)")
        }
    }

    /// That in the store's own database, or in the first of several.
    init(beside store: StoreURL) {
        switch store {
        case .sqlite(let path): self = .sqlite(path: path)
        case .mysql(let configurations): self = configurations.first.map { .mysql($0) } ?? .none
        }
    }

    /// The text for people that names the registry.
    var summary: String {
        switch self {
        case .none: "none"
        case .sqlite(let path): "sqlite:\(path)"
        case .mysql(let configuration): "\(configuration)"
        case .etcd(let configuration): "\(configuration)"
        case .zookeeper(let configuration): "\(configuration)"
        case .assigned(let workerID, let directory): "worker ID \(workerID) as assigned, horizon in \(directory)"
        }
    }

    /// - Parameters:
    ///   - store: shares its connection with a registry in the same file.
    ///   - storeURL: the store of a server, in whose registry an assigned worker ID is claimed; nil for a command.
    ///   - mustExist: true where a file that is not there is an error, rather than made.
    ///   - holdAfterLoss: the time for which a registry that went back gives out no worker ID.
    ///   - onLoss: called with a sentence for the operator when that was found.
    /// - Returns: nil where there is none.
    /// - Throws: `FrondError`, naming the registry and the cure.
    func open(
        beside store: OpenStore? = nil, storeURL: StoreURL? = nil, mustExist: Bool = false,
        holdAfterLoss: Duration = .seconds(660), onLoss: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> (any WorkerRegistry)? {
        func watched<Store>(_ registry: StoredWorkerRegistry<Store>) -> any WorkerRegistry {
            var registry = registry
            registry.holdAfterLoss = holdAfterLoss
            registry.onLoss = onLoss
            return registry
        }
        switch self {
        case .none: return nil
        case .sqlite(let path):
            return watched(try Self.sqlite(path, beside: store, mustExist: mustExist))
        case .mysql(let configuration): return watched(MySQLWorkerRegistry(configuration))
        case .etcd(let configuration): return watched(try EtcdWorkerRegistry(configuration))
        case .zookeeper(let configuration): return watched(try ZooKeeperWorkerRegistry(configuration))
        case .assigned(let workerID, let directory):
            let file = FileWorkerRegistry(workerID: workerID, directory: try DataDirectory.make(directory))
            switch storeURL {
            case nil: return file
            case .sqlite(let path):
                let registry = try Self.sqlite(path, beside: store, mustExist: mustExist)
                return ClaimingWorkerRegistry(file, claimedIn: registry.store)
            case .mysql(let configurations):
                guard let configuration = configurations.first else { return file }
                return ClaimingWorkerRegistry(file, claimedIn: MySQLWorkerStore(configuration))
            }
        }
    }

    private static func sqlite(
        _ path: String, beside store: OpenStore?, mustExist: Bool
    ) throws(FrondError) -> SQLiteWorkerRegistry {
        if case .sqlite(let segments) = store, segments.path == path { return SQLiteWorkerRegistry(beside: segments) }
        return try SQLiteWorkerRegistry(path: path, mustExist: mustExist)
    }
}
