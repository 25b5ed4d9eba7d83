/// A registry of worker IDs on any ``WorkerRecordStore``.
public struct StoredWorkerRegistry<Store: WorkerRecordStore>: WorkerRegistry {
    public let store: Store

    public init(_ store: Store) {
        self.store = store
    }

    public func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease {
        guard !request.workerIDs.isEmpty, request.workerIDs.lowerBound >= 0 else {
            throw FrondError(.invalidArgument, "there are no worker IDs in \(request.workerIDs)")
        }
        return WorkerLease(record: try await perform(WorkerAcquisition(request, seed: .random(in: 0 ... .max))))
    }

    public func extend(
        _ lease: WorkerLease, to horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) -> WorkerLease {
        let change = WorkerChange(lease, .extend(to: horizonMilliseconds), nowMilliseconds: nowMilliseconds)
        return WorkerLease(record: try await perform(change))
    }

    public func release(
        _ lease: WorkerLease, at horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) {
        let change = WorkerChange(lease, .release(at: horizonMilliseconds), nowMilliseconds: nowMilliseconds)
        _ = try await perform(change)
    }

    public func workers() async throws(FrondError) -> [WorkerRecord] {
        try await store.records().sorted { $0.workerID < $1.workerID }
    }

    public func initialise(floorMilliseconds: Int64?) async throws(FrondError) -> RegistryOrigin {
        let current: RegistryOrigin?
        do throws(FrondError) {
            current = try await store.origin()
        } catch  where error.code == .registryLost {
            current = nil
        }
        if current != nil, floorMilliseconds == nil {
            throw FrondError(
                .invalidArgument,
                "the registry of worker IDs is initialised already: only after a loss is it initialised again, with "
                    + "--after-loss")
        }
        let origin = RegistryOrigin(
            id: String(UInt64.random(in: 1 ... .max), radix: 16),
            floorMilliseconds: max(floorMilliseconds ?? 0, current?.floorMilliseconds ?? 0))
        guard try await store.initialise(origin, replacing: current) else {
            throw FrondError(
                .registryUnavailable, "the registry of worker IDs was initialised by somebody else at the same time",
                retryAfter: .seconds(1))
        }
        return origin
    }

    public func free(_ workerID: Int64, nowMilliseconds: Int64) async throws(FrondError) -> WorkerRecord {
        try await perform(WorkerChange(freeing: workerID, nowMilliseconds: nowMilliseconds))
    }

    private func perform(_ transaction: some WorkerTransaction) async throws(FrondError) -> WorkerRecord {
        var transaction = transaction
        var step = transaction.begin()
        while true {
            switch step {
            case .finished(let result): return try result.get()
            case .call(let call): step = transaction.received(try await store.perform(call))
            }
        }
    }
}
