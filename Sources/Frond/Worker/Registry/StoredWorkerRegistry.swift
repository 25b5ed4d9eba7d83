/// A registry of worker IDs on any ``WorkerRecordStore``.
public struct StoredWorkerRegistry<Store: WorkerRecordStore>: WorkerRegistry {
    public let store: Store
    /// The time for which no worker ID is given out once a holder has found that the registry went back: longer than
    /// the horizon of any server. Default 11 minutes, a minute more than the longest horizon by default.
    public var holdAfterLoss = Duration.seconds(660)
    /// Called when a holder has found that the registry went back, with a sentence for the operator.
    public var onLoss: @Sendable (String) -> Void = { _ in }

    public init(_ store: Store) {
        self.store = store
    }

    public var traits: WorkerRegistryTraits { WorkerRegistryTraits(isApart: store.isApart) }

    public func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease {
        guard !request.workerIDs.isEmpty, request.workerIDs.lowerBound >= 0 else {
            throw FrondError(.invalidArgument, "there are no worker IDs in \(request.workerIDs)")
        }
        let acquisition = WorkerAcquisition(request, secret: .random(), seed: .random(in: 0 ... .max))
        return WorkerLease(record: try await perform(acquisition))
    }

    public func extend(
        _ lease: WorkerLease, to horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) -> WorkerLease {
        if let detachment = store.detachment { throw detachment }
        let change = WorkerChange(
            lease, .extend(to: horizonMilliseconds), nowMilliseconds: nowMilliseconds, holdAfterLoss: holdAfterLoss)
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
                "the registry of worker IDs is already initialised; after a loss, initialise it again with --after-loss"
            )
        }
        let origin = RegistryOrigin.random(
            floorMilliseconds: max(floorMilliseconds ?? 0, current?.floorMilliseconds ?? 0))
        guard try await store.initialise(origin, replacing: current) else {
            throw FrondError(
                .registryUnavailable, "another process initialised the registry of worker IDs at the same time",
                retryAfter: .seconds(1))
        }
        return origin
    }

    public func free(_ workerID: Int64, nowMilliseconds: Int64) async throws(FrondError) -> WorkerRecord {
        try await perform(WorkerChange(freeing: workerID, nowMilliseconds: nowMilliseconds))
    }

    public func worker(_ workerID: Int64) async throws(FrondError) -> WorkerRecord? {
        try await store.record(workerID)
    }

    func perform(_ transaction: some WorkerTransaction) async throws(FrondError) -> WorkerRecord {
        var transaction = transaction
        var step = transaction.begin()
        while true {
            switch step {
            case .finished(let result): return try result.get()
            case .call(let call):
                let reply = try await store.perform(call)
                if case .raiseFloor = call { onLoss(Self.lossText(holdAfterLoss)) }
                step = transaction.received(reply)
            }
        }
    }

    private static func lossText(_ hold: Duration) -> String {
        "the registry of worker IDs went back: it was restored from an older copy, or lost changes; it gives out no "
            + "worker ID for \(hold), until the horizons it no longer knows have passed"
    }
}
