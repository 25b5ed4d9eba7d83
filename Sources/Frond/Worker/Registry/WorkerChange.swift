/// Changes a known record: a lease that is extended or released, or a worker ID that an operator frees.
///
/// A change that finds the registry older than the lease (restored from a copy, or missing changes) first raises the
/// floor of the registry above every horizon that may have been lost, so that no worker ID is taken until then. The
/// lease goes on only where no other process can have been given its worker ID.
package struct WorkerChange: WorkerTransaction {
    private static var maxTries: Int { 8 }

    package enum Kind: Sendable {
        case extend(to: Int64)
        case release(at: Int64)
        /// At an operator's word, once the horizon has passed.
        case free
    }

    private let kind: Kind
    private let workerID: Int64
    /// The lease as its holder knows it; nil for an operator, who holds nothing.
    private let lease: WorkerRecord?
    private let nowMilliseconds: Int64
    private let holdAfterLoss: Duration
    private var wanted: WorkerRecord?
    private var tries = 0
    /// True once the registry was found older than the lease, and its floor raised.
    private var hasRaisedFloor = false

    /// - Parameters:
    ///   - kind: `extend` or `release`. An extension to no later than the lease's horizon changes nothing and checks
    ///     that the lease still stands.
    ///   - holdAfterLoss: the time for which no worker ID is given out once the registry was found older.
    package init(
        _ lease: WorkerLease, _ kind: Kind, nowMilliseconds: Int64, holdAfterLoss: Duration = .seconds(660)
    ) {
        self.kind = kind
        workerID = lease.workerID
        self.lease = lease.record
        self.nowMilliseconds = nowMilliseconds
        self.holdAfterLoss = holdAfterLoss
    }

    package init(freeing workerID: Int64, nowMilliseconds: Int64) {
        kind = .free
        self.workerID = workerID
        lease = nil
        self.nowMilliseconds = nowMilliseconds
        holdAfterLoss = .zero
    }

    package mutating func begin() -> WorkerStep {
        guard let lease, !isCheck else { return .call(.read(workerID)) }
        return replace(lease)
    }

    package mutating func received(_ reply: WorkerStoreReply) -> WorkerStep {
        switch reply {
        case .replaced(true):
            guard let wanted else { return .confused }
            return .finished(.success(wanted))
        case .replaced(false):
            // Taken by another, or moved by an own call whose reply was lost: look.
            tries += 1
            return tries < Self.maxTries ? .call(.read(workerID)) : .contended("worker ID \(workerID)", tries: tries)
        case .record(let record, let origin):
            guard let lease else { return foundByOperator(record) }
            return found(record, origin, by: lease)
        case .floorRaised:
            hasRaisedFloor = true
            return .call(.read(workerID))
        case .records:
            return .confused
        }
    }

    private mutating func foundByOperator(_ record: WorkerRecord?) -> WorkerStep {
        guard let record else {
            return .finished(
                .failure(
                    FrondError(
                        .invalidArgument,
                        "worker ID \(workerID) was never held; 'frond worker list' shows those that were")))
        }
        return replace(record)
    }

    private mutating func found(_ record: WorkerRecord?, _ origin: RegistryOrigin, by lease: WorkerRecord) -> WorkerStep
    {
        if !hasRaisedFloor, case .extend = kind, isOlder(record, origin, than: lease) {
            let floor = max(nowMilliseconds + holdAfterLoss.wholeMilliseconds, lease.horizonMilliseconds)
            return .call(.raiseFloor(to: floor))
        }
        guard let record, record.isSameHolding(as: lease) else {
            // No other process has the worker ID or gets it below the floor of the registry: what was reserved is the
            // holder's to the end. It is not put back, since the registry may have forgotten more than this record.
            let isLeft = (record?.token ?? .min) < lease.token && origin.floorMilliseconds >= lease.horizonMilliseconds
            let isUsable = isLeft && lease.horizonMilliseconds > nowMilliseconds
            return .finished(.failure(isUsable ? lost : taken(by: record, from: lease)))
        }
        if case .extend(let horizon) = kind, record.horizonMilliseconds >= max(horizon, lease.horizonMilliseconds) {
            return .finished(.success(record))
        }
        return replace(record)
    }

    /// A Boolean value that indicates whether the registry went back to a time before the lease, so that other worker
    /// IDs may be free in it that are held.
    private func isOlder(_ record: WorkerRecord?, _ origin: RegistryOrigin, than lease: WorkerRecord) -> Bool {
        guard let record, record.token >= lease.token else {
            let isCovered = origin.floorMilliseconds >= lease.horizonMilliseconds
            return !isCovered && lease.horizonMilliseconds > nowMilliseconds
        }
        if record.isSameHolding(as: lease) { return record.horizonMilliseconds < lease.horizonMilliseconds }
        // A later holder begins above the floor of this one.
        return record.token == lease.token || record.floorMilliseconds < lease.floorMilliseconds
    }

    private mutating func replace(_ record: WorkerRecord) -> WorkerStep {
        do throws(FrondError) {
            // Never below what the holder knows: it may have issued up to there.
            var known = record
            known.horizonMilliseconds = max(record.horizonMilliseconds, lease?.horizonMilliseconds ?? 0)
            let successor =
                switch kind {
                case .extend(let horizon): known.extending(to: horizon, nowMilliseconds: nowMilliseconds)
                case .release(let horizon): known.releasing(at: horizon, nowMilliseconds: nowMilliseconds)
                case .free: try record.freeing(nowMilliseconds: nowMilliseconds)
                }
            wanted = successor
            return .call(.replace(record, with: successor))
        } catch {
            return .finished(.failure(error))
        }
    }

    /// True for an extension that moves nothing and only looks.
    private var isCheck: Bool {
        guard case .extend(let horizon) = kind, let lease else { return false }
        return horizon <= lease.horizonMilliseconds
    }

    private var lost: FrondError {
        FrondError(
            .registryLost,
            "worker ID \(workerID) is no longer in the registry, which was wiped or restored from an older copy; the "
                + "worker ID is used until its horizon and not beyond",
            retryAfter: .seconds(1))
    }

    private func taken(by record: WorkerRecord?, from lease: WorkerRecord) -> FrondError {
        let name = record.map { $0.isReleased ? "given back" : $0.holder.map { "taken by \($0)" } ?? "taken" }
        let isSameToken = record?.token == lease.token
        let cause =
            isSameToken || hasRaisedFloor
            ? ": the registry was restored from an older copy, or its data directory was copied; this holder stops" : ""
        return FrondError(
            .workerIDTaken, "worker ID \(workerID) was \(name ?? "removed from the registry")\(cause)",
            retryAfter: .seconds(1))
    }
}
