/// The least a database must do to be a ``WorkerRegistry``: read records, and replace one by compare-and-swap.
///
/// Everything else is ``StoredWorkerRegistry``, which is the same for all of them.
public protocol WorkerRecordStore: Sendable {
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
    /// - Throws: `registryUnavailable` where the outcome is not known.
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
    case records([WorkerRecord])
    case record(WorkerRecord?)
    case replaced(Bool)
}

extension WorkerRecordStore {
    func perform(_ call: WorkerStoreCall) async throws(FrondError) -> WorkerStoreReply {
        switch call {
        case .list: .records(try await records())
        case .read(let workerID): .record(try await record(workerID))
        case .replace(let expected, let successor): .replaced(try await replace(expected, with: successor))
        }
    }
}
