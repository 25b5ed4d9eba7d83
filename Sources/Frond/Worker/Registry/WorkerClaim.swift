/// Claims an assigned worker ID in a registry that servers share, so that two servers with one worker ID are found out.
///
/// The claim reserves nothing: the horizon of an assigned worker ID is in its server's data directory. It is refused
/// while another server holds it, and renewed as long as its own does.
package struct WorkerClaim: WorkerTransaction {
    private static var maxTries: Int { 8 }

    private let request: WorkerRequest
    private let workerID: Int64
    private let secret: WorkerSecret
    private let ownSecrets: Set<WorkerSecret>
    private var wanted: WorkerRecord?
    private var tries = 0

    /// - Parameters:
    ///   - secret: of the new claim.
    ///   - ownSecrets: those of earlier processes on the same data directory, which are known to have ended.
    package init(
        _ workerID: Int64, _ request: WorkerRequest, secret: WorkerSecret, ownSecrets: Set<WorkerSecret>
    ) {
        self.workerID = workerID
        self.request = request
        self.secret = secret
        self.ownSecrets = ownSecrets
    }

    package mutating func begin() -> WorkerStep { .call(.read(workerID)) }

    package mutating func received(_ reply: WorkerStoreReply) -> WorkerStep {
        switch reply {
        case .record(let record, let origin):
            return found(record, origin)
        case .replaced(true):
            guard let wanted else { return .confused }
            return .finished(.success(wanted))
        case .replaced(false):
            tries += 1
            return tries < Self.maxTries ? .call(.read(workerID)) : .contended("worker ID \(workerID)", tries: tries)
        case .records, .floorRaised:
            return .confused
        }
    }

    private mutating func found(_ record: WorkerRecord?, _ origin: RegistryOrigin) -> WorkerStep {
        if let record, !record.isReleased, record.state(nowMilliseconds: request.nowMilliseconds) == .held,
            !(record.secret.map { ownSecrets.contains($0) } ?? false)
        {
            return .finished(.failure(held(record)))
        }
        var successor = (record ?? .unused(workerID)).notBefore(origin)
        let length = request.length.wholeMilliseconds
        successor.floorMilliseconds = successor.horizonMilliseconds
        successor.horizonMilliseconds = max(successor.horizonMilliseconds, request.nowMilliseconds + length)
        successor.holder = request.holder
        successor.isReleased = false
        successor.token += 1
        successor.updatedAtMilliseconds = request.nowMilliseconds
        successor.layout = request.layout.map { WorkerLayout($0) } ?? successor.layout
        successor.secret = secret
        wanted = successor
        return .call(.replace(record, with: successor))
    }

    private func held(_ record: WorkerRecord) -> FrondError {
        let holder = record.holder.map { ", by \($0)" } ?? ""
        return FrondError(
            .workerIDHeld,
            "worker ID \(workerID) is assigned to this server and in use by another\(holder): give each server a "
                + "worker ID of its own (static:N, or statefulset:NAME+OFFSET for a second StatefulSet)",
            retryAfter: .milliseconds(max(0, record.horizonMilliseconds - request.nowMilliseconds)))
    }
}
