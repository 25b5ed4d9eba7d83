import Foundation
public import Frond
public import Logging

/// Worker IDs in etcd: servers on many machines get different ones.
///
/// It takes no lease of etcd's: the horizon in each record is the lease. etcd's would end by etcd's clock and at etcd's
/// convenience, while the holder may be paused and know nothing of it; a horizon is a promise of the holder's that it
/// issues nothing beyond, whatever any clock says, and the next holder begins at or above it.
public typealias EtcdWorkerRegistry = StoredWorkerRegistry<EtcdWorkerStore>

extension StoredWorkerRegistry where Store == EtcdWorkerStore {
    /// Connects when it is first used; its connections are closed when the registry is gone.
    /// - Parameter logger: gets lines at debug level; silent by default.
    /// - Throws: `invalidArgument` where a file of the encryption cannot be used.
    public init(_ configuration: EtcdConfiguration, logger: Logger? = nil) throws(FrondError) {
        self.init(try EtcdWorkerStore(configuration, logger: logger))
    }
}

/// The records of worker IDs in etcd, one key each: `PREFIX/workers/00042`, and beside them `PREFIX/origin`.
///
/// All reads are linearizable, none is serializable: a member that answered from what it knows may have been cut off
/// for an hour, and a horizon that has long been moved would look as if it had passed. A write is one transaction of
/// etcd's that holds only where the record, and the origin of the registry, are still what was read.
///
/// An etcd that is restored from a copy goes back to horizons that have been moved since: it is to be initialised
/// again, as after a loss, before servers use it.
public struct EtcdWorkerStore: WorkerRecordStore {
    private let client: EtcdClient
    private let keys: EtcdKeys

    /// Connects when it is first used; its connections are closed when the store is gone.
    /// - Parameters:
    ///   - logger: gets lines at debug level; silent by default.
    ///   - time: by whose monotonic clock a member that failed is left alone for a while.
    /// - Throws: `invalidArgument` where a file of the encryption cannot be used.
    public init(
        _ configuration: EtcdConfiguration, logger: Logger? = nil, time: any TimeSource = SystemTimeSource()
    ) throws(FrondError) {
        client = try EtcdClient(configuration, logger: logger, time: time)
        keys = EtcdKeys(prefix: configuration.prefix)
    }

    /// Ends the calls that wait, and returns once the connections are closed. Later calls are refused.
    public func close() async {
        await client.close()
    }

    public var isApart: Bool { true }

    public func origin() async throws(FrondError) -> RegistryOrigin {
        let found = try await read([keys.origin])
        return try origin(found[0])
    }

    public func initialise(
        _ origin: RegistryOrigin, replacing expected: RegistryOrigin?
    ) async throws(FrondError) -> Bool {
        let found = try await read([keys.origin])[0]
        if found.value == nil {
            guard expected == nil else { return false }
        } else {
            guard try self.origin(found) == expected else { return false }
        }
        return try await put(origin.text, found.key, ifUnchanged: [found])
    }

    /// All records. A key that was made unreadable by hand, or that a newer Frond wrote, is logged, and
    /// listed as held until the end of the year 9999: its worker ID is not taken, and the others go on. A key that is
    /// not that of a worker ID is left out.
    public func records() async throws(FrondError) -> [WorkerRecord] {
        let response = try await client.range(.below(keys.workers))
        var records: [WorkerRecord] = []
        for pair in response.kvs {
            let key = String(decoding: pair.key, as: UTF8.self)
            guard let workerID = keys.workerID(of: key) else {
                client.logger?.debug(
                    "key not of a worker ID",
                    metadata: LogKey.metadata([.error: "\(place(key)) is not that of a worker ID"]))
                continue
            }
            do throws(FrondError) {
                records.append(try record(workerID, EtcdValue(key: key, pair: pair)))
            } catch {
                client.logger?.debug("worker ID not readable", metadata: LogKey.metadata([.error: error.message]))
                records.append(.unreadable(workerID))
            }
        }
        return records
    }

    /// - Throws: `registryLost` where there is no origin; `storeCorrupt` where the key was edited and made
    ///   unreadable; `registryUnavailable`.
    public func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        let found = try await read([keys.origin, keys.worker(workerID)])
        _ = try origin(found[0])
        return found[1].value == nil ? nil : try record(workerID, found[1])
    }

    public func replace(
        _ expected: WorkerRecord?, with successor: WorkerRecord
    ) async throws(FrondError) -> Bool {
        let found = try await read([keys.origin, keys.worker(successor.workerID)])
        let origin = try origin(found[0])
        let current = found[1].value == nil ? nil : try record(successor.workerID, found[1])
        guard WorkerRecord.isUnchanged(current, from: expected),
            // A server about to take it while the registry was lost and initialised again has to read it again.
            successor.token == expected?.token || successor.isReleased
                || successor.floorMilliseconds >= origin.floorMilliseconds
        else { return false }
        return try await put(successor.text, found[1].key, ifUnchanged: found)
    }

    // MARK: Keys

    /// The values of some keys at one moment, in the order of the keys.
    private func read(_ keys: [String]) async throws(FrondError) -> [EtcdValue] {
        let response = try await client.read(.reading(keys))
        guard response.responses.count == keys.count else {
            throw FrondError(.registryUnavailable, "\(client.configuration) answered another question")
        }
        return zip(keys, response.responses).map { key, part in
            EtcdValue(key: key, pair: part.responseRange.kvs.first)
        }
    }

    private func put(_ text: String, _ key: String, ifUnchanged found: [EtcdValue]) async throws(FrondError) -> Bool {
        try await client.write(
            .putting(text, key, ifUnchanged: found), "the change of key '\(key)'"
        ).succeeded
    }

    private func place(_ key: String) -> String { "key '\(key)' of \(client.configuration)" }

    private func origin(_ found: EtcdValue) throws(FrondError) -> RegistryOrigin {
        guard let text = found.text else { throw .registryLost("\(client.configuration)") }
        return try RegistryOrigin(text: text, at: place(found.key))
    }

    private func record(_ workerID: Int64, _ found: EtcdValue) throws(FrondError) -> WorkerRecord {
        let record = try WorkerRecord(text: found.text ?? "", at: place(found.key))
        guard record.workerID == workerID else {
            throw FrondError(
                .storeCorrupt, "\(place(found.key)) is the record of worker ID \(record.workerID): put back its own")
        }
        return record
    }
}
