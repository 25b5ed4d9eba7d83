/// The least a database must do to be a ``WorkerRegistry``: read records, and replace one by compare-and-swap.
///
/// Everything else is ``StoredWorkerRegistry``, which is the same for all of them.
public protocol WorkerRecordStore: Sendable {
    /// Reads the beginning of the registry.
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
    ///   - expected: what the record must be: `token`, `horizonMilliseconds` and `secret` are compared, all three. Nil
    ///     where there must be no record yet.
    ///   - successor: what it becomes; of the same worker ID.
    /// - Returns: whether it stood as expected.
    /// - Throws: `registryUnavailable` where the outcome is not known; `registryLost` where there is no origin: nothing
    ///   is put into a registry that was wiped.
    func replace(_ expected: WorkerRecord?, with successor: WorkerRecord) async throws(FrondError) -> Bool

    /// Raises the floor below which no worker ID begins, durably before it returns; a higher floor stays.
    ///
    /// A holder does so when it finds the registry older than its own lease: no worker ID is taken then until the
    /// floor has passed. By default the registry is initialised again with the floor.
    /// - Parameter floorMilliseconds: milliseconds since 1970-01-01T00:00:00Z.
    /// - Throws: `registryUnavailable` where the outcome is not known; `registryLost` where there is no origin.
    func raiseFloor(to floorMilliseconds: Int64) async throws(FrondError)

    /// True for a registry that can be restored from a copy while other servers run: it lives apart from them, or they
    /// use it now.
    var isApart: Bool { get }

    /// The error where holders must stop, since what is read and written here no longer reaches others: a file that
    /// was removed or replaced while it was open. Nil otherwise, and by default.
    var detachment: FrondError? { get }
}

/// One call of a ``WorkerRecordStore``.
package enum WorkerStoreCall: Hashable, Sendable {
    case list
    case read(Int64)
    case replace(WorkerRecord?, with: WorkerRecord)
    /// Raise the floor below which no worker ID begins.
    case raiseFloor(to: Int64)
}

/// The reply to a ``WorkerStoreCall``.
package enum WorkerStoreReply: Hashable, Sendable {
    case records([WorkerRecord], RegistryOrigin)
    case record(WorkerRecord?, RegistryOrigin)
    case replaced(Bool)
    case floorRaised
}

extension WorkerRecordStore {
    public func origin() async throws(FrondError) -> RegistryOrigin { .embedded }

    public func initialise(
        _ origin: RegistryOrigin, replacing expected: RegistryOrigin?
    ) async throws(FrondError) -> Bool {
        throw .needsNoInitialisation
    }

    public var isApart: Bool { false }

    public var detachment: FrondError? { nil }

    public func raiseFloor(to floorMilliseconds: Int64) async throws(FrondError) {
        for _ in 0..<Self.maxRaises {
            let current = try await origin()
            guard current.floorMilliseconds < floorMilliseconds else { return }
            let raised = RegistryOrigin.random(floorMilliseconds: floorMilliseconds)
            if try await initialise(raised, replacing: current) { return }
        }
        throw FrondError(
            .registryUnavailable, "the origin of the registry of worker IDs keeps changing; it is tried again",
            retryAfter: .seconds(1))
    }

    /// The maximum number of attempts when the origin changes meanwhile.
    private static var maxRaises: Int { 8 }

    private func raisedFloor(to floor: Int64) async throws(FrondError) -> WorkerStoreReply {
        try await raiseFloor(to: floor)
        return .floorRaised
    }

    func perform(_ call: WorkerStoreCall) async throws(FrondError) -> WorkerStoreReply {
        switch call {
        case .list:
            // The origin after the records: those of a registry that is wiped in between are not believed.
            .records(try await records(), try await origin())
        case .read(let workerID): .record(try await record(workerID), try await origin())
        case .replace(let expected, let successor): .replaced(try await replace(expected, with: successor))
        case .raiseFloor(let floor): try await raisedFloor(to: floor)
        }
    }
}
