/// The least a database must do to be a ``WorkerRegistry``: read records, and replace one by compare-and-swap.
///
/// Everything else is ``StoredWorkerRegistry``, which is the same for all of them.
public protocol WorkerRecordStore: Sendable {
    /// How the registry began.
    /// - Throws: `registryLost` where that is not known: it was not initialised, or was wiped; `registryUnavailable`,
    ///   `storeCorrupt`.
    func origin() async throws(FrondError) -> RegistryOrigin

    /// Says how the registry begins, durably before it returns.
    /// - Parameter expected: what it must be now; nil where there must be none.
    /// - Returns: whether it was as expected.
    /// - Throws: `registryUnavailable`; `invalidArgument` from a registry that needs none.
    func initialise(_ origin: RegistryOrigin, replacing expected: RegistryOrigin?) async throws(FrondError) -> Bool

    /// All records.
    /// - Throws: `registryUnavailable`, `storeCorrupt`.
    func records() async throws(FrondError) -> [WorkerRecord]

    /// One record, or nil where there is none.
    func record(_ workerID: Int64) async throws(FrondError) -> WorkerRecord?

    /// Replaces a record, durably before it returns, if it stands as expected.
    /// - Parameters:
    ///   - expected: what the record must be: the `token` and the `horizonMilliseconds` are compared, both. Nil where
    ///     there must be no record yet.
    ///   - successor: what it becomes; of the same worker ID.
    /// - Returns: whether it stood as expected.
    /// - Throws: `registryUnavailable` where the outcome is not known; `registryLost` where there is no origin: nothing
    ///   is put into a registry that was wiped.
    func replace(_ expected: WorkerRecord?, with successor: WorkerRecord) async throws(FrondError) -> Bool
}

/// One call of a ``WorkerRecordStore``.
package enum WorkerStoreCall: Hashable, Sendable {
    case list
    case read(Int64)
    case replace(WorkerRecord?, with: WorkerRecord)
}

/// What came back of it.
package enum WorkerStoreReply: Hashable, Sendable {
    case records([WorkerRecord], RegistryOrigin)
    case record(WorkerRecord?)
    case replaced(Bool)
}

extension WorkerRecordStore {
    public func origin() async throws(FrondError) -> RegistryOrigin { .embedded }

    public func initialise(
        _ origin: RegistryOrigin, replacing expected: RegistryOrigin?
    ) async throws(FrondError) -> Bool {
        throw .needsNoInitialisation
    }

    func perform(_ call: WorkerStoreCall) async throws(FrondError) -> WorkerStoreReply {
        switch call {
        case .list:
            // The origin after the records: those of a registry that is wiped in between are not believed.
            .records(try await records(), try await origin())
        case .read(let workerID): .record(try await record(workerID))
        case .replace(let expected, let successor): .replaced(try await replace(expected, with: successor))
        }
    }
}
