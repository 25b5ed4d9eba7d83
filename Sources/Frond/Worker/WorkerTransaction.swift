/// An operation of a registry as steps: which call comes next, given the replies so far.
///
/// A value without I/O. ``StoredWorkerRegistry`` performs the calls, the simulation delays and loses them.
package protocol WorkerTransaction: Sendable {
    mutating func begin() -> WorkerStep
    mutating func received(_ reply: WorkerStoreReply) -> WorkerStep
}

package enum WorkerStep: Sendable {
    case call(WorkerStoreCall)
    case finished(Result<WorkerRecord, FrondError>)

    /// The store answered a question with the answer to another.
    static var confused: WorkerStep {
        .finished(.failure(FrondError(.storeCorrupt, "the registry of worker IDs gave an answer of the wrong kind")))
    }

    static func contended(_ workerID: String, tries: Int) -> WorkerStep {
        .finished(
            .failure(
                FrondError(
                    .registryUnavailable,
                    "\(workerID) changed in the registry \(tries) times while it was being taken",
                    retryAfter: .milliseconds(100))))
    }
}

/// Takes a free worker ID.
package struct WorkerAcquisition: WorkerTransaction {
    /// How often somebody else may be faster.
    private static var maxTries: Int { 32 }

    /// What the last call was for.
    private enum Phase: Sendable {
        case taking
        /// A worker ID is freed that was used under another layout, so that whoever held it is refused.
        case fencing
        /// It is taken; did somebody take one under another layout at the same time?
        case checking(WorkerRecord)
        /// Somebody did: it is given back.
        case undoing(FrondError)
    }

    private let request: WorkerRequest
    private var random: SplitMix64
    private var tries = 0
    private var wanted: WorkerRecord?
    private var phase = Phase.taking

    package init(_ request: WorkerRequest, seed: UInt64) {
        self.request = request
        random = SplitMix64(seed: seed)
    }

    package mutating func begin() -> WorkerStep { .call(.list) }

    package mutating func received(_ reply: WorkerStoreReply) -> WorkerStep {
        switch (reply, phase) {
        case (.records(let records, _), .checking(let taken)):
            return checked(taken, among: records)
        case (.records(let records, let origin), _):
            do throws(FrondError) {
                return .call(try next(records, origin))
            } catch {
                return .finished(.failure(error))
            }
        case (.replaced(true), .taking):
            guard let wanted else { return .confused }
            guard request.layout != nil else { return .finished(.success(wanted)) }
            phase = .checking(wanted)
            return .call(.list)
        case (.replaced(true), .fencing):
            return .call(.list)
        case (.replaced(false), .taking), (.replaced(false), .fencing):
            tries += 1
            return tries < Self.maxTries ? .call(.list) : .contended("every free worker ID", tries: tries)
        case (.replaced, .undoing(let error)):
            return .finished(.failure(error))
        case (.replaced, .checking), (.record, _):
            return .confused
        }
    }

    private mutating func next(_ records: [WorkerRecord], _ origin: RegistryOrigin) throws(FrondError)
        -> WorkerStoreCall
    {
        var layout: WorkerLayout?
        if let wanted = request.layout {
            let history = LayoutHistory(records, layout: wanted)
            try history.checkNobodyDiffers(nowMilliseconds: request.nowMilliseconds)
            if let record = history.unfenced {
                phase = .fencing
                return .replace(record, with: try record.freeing(nowMilliseconds: request.nowMilliseconds))
            }
            layout = try history.successor(nowMilliseconds: request.nowMilliseconds)
        }
        let choice = WorkerChoice(records: records, origin: origin, request: request)
        let (expected, record) = try choice.pick(isFirst: tries == 0, random: &random)
        let successor = try record.notBefore(layout).acquiring(
            by: request.holder, nowMilliseconds: request.nowMilliseconds, length: request.length, layout: layout)
        phase = .taking
        wanted = successor
        return .replace(expected, with: successor)
    }

    /// Of two that take worker IDs at the same time, one at least sees the other's here.
    private mutating func checked(_ taken: WorkerRecord, among records: [WorkerRecord]) -> WorkerStep {
        guard let layout = request.layout else { return .confused }
        do throws(FrondError) {
            try LayoutHistory(records, layout: layout).checkNobodyDiffers(nowMilliseconds: request.nowMilliseconds)
            return .finished(.success(taken))
        } catch {
            phase = .undoing(error)
            let unused = taken.releasing(at: taken.floorMilliseconds, nowMilliseconds: request.nowMilliseconds)
            return .call(.replace(taken, with: unused))
        }
    }
}

/// Changes a record that is known: a lease that is extended or released, or an operator's word.
package struct WorkerChange: WorkerTransaction {
    private static var maxTries: Int { 8 }

    package enum Kind: Sendable {
        case extend(to: Int64)
        case release(at: Int64)
        /// Whoever holds it, once its horizon has passed.
        case free
    }

    private let kind: Kind
    private let workerID: Int64
    /// Nil for an operator, who holds nothing.
    private let token: Int64?
    private let nowMilliseconds: Int64
    private var expected: WorkerRecord?
    private var wanted: WorkerRecord?
    private var tries = 0

    /// - Parameter kind: `extend` or `release`.
    package init(_ lease: WorkerLease, _ kind: Kind, nowMilliseconds: Int64) {
        self.kind = kind
        workerID = lease.workerID
        token = lease.token
        expected = lease.record
        self.nowMilliseconds = nowMilliseconds
    }

    package init(freeing workerID: Int64, nowMilliseconds: Int64) {
        kind = .free
        self.workerID = workerID
        token = nil
        self.nowMilliseconds = nowMilliseconds
    }

    package mutating func begin() -> WorkerStep {
        expected.map { replace($0) } ?? .call(.read(workerID))
    }

    package mutating func received(_ reply: WorkerStoreReply) -> WorkerStep {
        switch reply {
        case .replaced(true):
            guard let wanted else { return .confused }
            return .finished(.success(wanted))
        case .replaced(false):
            // Taken by another, or moved by a call of ours whose reply was lost: look.
            tries += 1
            return tries < Self.maxTries ? .call(.read(workerID)) : .contended("worker ID \(workerID)", tries: tries)
        case .record(let record):
            return found(record)
        case .records:
            return .confused
        }
    }

    private mutating func found(_ record: WorkerRecord?) -> WorkerStep {
        guard let token else {
            guard let record else {
                return .finished(
                    .failure(FrondError(.invalidArgument, "worker ID \(workerID) was never held by anybody")))
            }
            return replace(record)
        }
        if record == nil, let expected, expected.horizonMilliseconds > nowMilliseconds {
            // The registry was wiped. It is not put back: somebody may have held it since, and be unknown here. But what
            // was reserved is ours to the end; whoever begins after a loss begins above it.
            return .finished(.failure(lost))
        }
        guard let record, record.token == token else { return .finished(.failure(taken(by: record))) }
        if case .extend(let horizon) = kind, record.horizonMilliseconds >= horizon {
            return .finished(.success(record))
        }
        return replace(record)
    }

    private mutating func replace(_ record: WorkerRecord) -> WorkerStep {
        do throws(FrondError) {
            let successor =
                switch kind {
                case .extend(let horizon): record.extending(to: horizon, nowMilliseconds: nowMilliseconds)
                case .release(let horizon): record.releasing(at: horizon, nowMilliseconds: nowMilliseconds)
                case .free: try record.freeing(nowMilliseconds: nowMilliseconds)
                }
            wanted = successor
            return .call(.replace(record, with: successor))
        } catch {
            return .finished(.failure(error))
        }
    }

    private var lost: FrondError {
        FrondError(
            .registryLost,
            "worker ID \(workerID) is no longer in the registry, which was wiped: it is used until its horizon and not "
                + "beyond",
            retryAfter: .seconds(1))
    }

    private func taken(by record: WorkerRecord?) -> FrondError {
        let name = record.map { $0.isReleased ? "given back" : $0.holder.map { "taken by \($0)" } ?? "taken" }
        return FrondError(
            .workerIDTaken, "worker ID \(workerID) was \(name ?? "removed from the registry")",
            retryAfter: .seconds(1))
    }
}
