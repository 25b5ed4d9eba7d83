/// Takes a free worker ID.
package struct WorkerAcquisition: WorkerTransaction {
    /// The maximum number of attempts when other servers take the same worker IDs.
    private static var maxTries: Int { 32 }

    /// The purpose of the last call.
    private enum Phase: Sendable {
        case taking
        /// A worker ID that was used under another layout is freed, so that its former holder is refused.
        case fencing
        /// The worker ID is taken; another server may have taken one under another layout at the same time.
        case checking(WorkerRecord)
        /// Another server did: the worker ID is given back.
        case undoing(FrondError)
    }

    private let request: WorkerRequest
    private let secret: WorkerSecret
    private var random: SplitMix64
    private var tries = 0
    private var wanted: WorkerRecord?
    private var phase = Phase.taking

    /// - Parameters:
    ///   - secret: of the new holding: drawn for it alone, from a cryptographic source.
    ///   - seed: for the choice among free worker IDs.
    package init(_ request: WorkerRequest, secret: WorkerSecret, seed: UInt64) {
        self.request = request
        self.secret = secret
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
        case (.replaced, .checking), (.record, _), (.floorRaised, _):
            return .confused
        }
    }

    private mutating func next(_ records: [WorkerRecord], _ origin: RegistryOrigin) throws(FrondError)
        -> WorkerStoreCall
    {
        var layout: WorkerLayout?
        if let wanted = request.layout {
            let history = LayoutHistory(records, layout: wanted)
            try history.checkHoldersAgree(nowMilliseconds: request.nowMilliseconds)
            if let record = history.unfenced {
                phase = .fencing
                return .replace(record, with: try record.freeing(nowMilliseconds: request.nowMilliseconds))
            }
            layout = try history.successor(nowMilliseconds: request.nowMilliseconds)
        }
        let choice = WorkerChoice(records: records, origin: origin, request: request)
        let (expected, record) = try choice.pick(isFirst: tries == 0, random: &random)
        let successor = try record.notBefore(layout).acquiring(
            by: request.holder, nowMilliseconds: request.nowMilliseconds, length: request.length, layout: layout,
            secret: secret)
        phase = .taking
        wanted = successor
        return .replace(expected, with: successor)
    }

    /// Of two that take worker IDs at the same time, one at least sees the other's here.
    private mutating func checked(_ taken: WorkerRecord, among records: [WorkerRecord]) -> WorkerStep {
        guard let layout = request.layout else { return .confused }
        do throws(FrondError) {
            try LayoutHistory(records, layout: layout).checkHoldersAgree(nowMilliseconds: request.nowMilliseconds)
            return .finished(.success(taken))
        } catch {
            phase = .undoing(error)
            let unused = taken.releasing(at: taken.floorMilliseconds, nowMilliseconds: request.nowMilliseconds)
            return .call(.replace(taken, with: unused))
        }
    }
}
