import Frond
import FrondAPI

// The checks of what callers send.

extension WorkersService {
    /// The furthest that a caller's time may be beyond this server's clock. A clock that is further ahead is wrong.
    private static let furthestAhead = Duration.seconds(24 * 3600)

    /// The longest time that a client reserves at once: the longest horizon of the server's own worker ID.
    var longestLease: Duration { keeper?.policy.maxHorizon ?? WorkerPolicy().maxHorizon }

    /// Refuses another layout or datacenter, which has worker IDs of its own: those of this registry may be in use
    /// there.
    func check(_ layout: Frond_V1_GetLayoutResponse) throws(FrondError) {
        guard layout == self.layout else {
            throw FrondError(
                .invalidArgument,
                "the caller's snowflake IDs have another layout or datacenter than this server's; give all servers of "
                    + "a client the same, and start the client again")
        }
    }

    func workerRequest(_ message: Frond_V1_AcquireWorkerRequest) throws(FrondError) -> WorkerRequest {
        guard !message.holder.host.isEmpty else {
            throw FrondError(.invalidArgument, "the request names no holder; set the name of its host")
        }
        let holder = message.holder
        for (text, longest) in [
            (holder.host, 255), (holder.address, 255), (holder.grpcAddress, 255), (holder.version, 64),
        ] where text.unicodeScalars.count > longest {
            // The room that every registry has.
            throw FrondError(
                .invalidArgument,
                "a text of the holder has \(text.unicodeScalars.count) characters; \(longest) are allowed")
        }
        let (first, end) = (message.firstWorkerID, message.endWorkerID)
        guard first >= 0, first < end, end <= 1 << 31 else {
            throw FrondError(.invalidArgument, "worker IDs \(first) to \(end) are out of range: 0 to \(1 << 31)")
        }
        let (length, longest) = (message.lengthMilliseconds, Self.furthestAhead.wholeMilliseconds)
        guard (1...longest).contains(length) else {
            throw FrondError(
                .invalidArgument, "length_milliseconds \(length) is out of range: 1 to \(longest)")
        }
        // A client serves no other: clients that look for servers must not find the address that it states.
        var named = WorkerHolder(holder)
        named.grpcAddress = ""
        return WorkerRequest(
            holder: named, workerIDs: first..<end, nowMilliseconds: try now(message.nowMilliseconds),
            length: min(.milliseconds(length), longestLease),
            layout: message.hasLayout ? keeper?.generator.layout : nil)
    }

    /// The lease that a caller names, as the registry has it.
    ///
    /// The floor and the horizon of a lease are not the caller's to say: given back with a floor that is too low it
    /// would let the next holder issue what another one did, and a horizon that was never reserved would look like a
    /// registry that went back. Only the secret of the record proves that the lease is the caller's.
    func lease(
        _ message: Frond_V1_WorkerRecord, in registry: any WorkerRegistry
    ) async throws(FrondError) -> WorkerLease {
        let named = WorkerRecord(message)
        guard named.isPossible, named.token >= 1 else {
            throw FrondError(
                .invalidArgument, "worker ID \(named.workerID) with token \(named.token) cannot be a lease")
        }
        guard let record = try await registry.worker(named.workerID), record.isSameHolding(as: named),
            !record.isReleased, Self.isSameProcess(record.holder, named.holder)
        else {
            throw FrondError(
                .workerIDTaken, "worker ID \(named.workerID) is not held by the caller, or no longer",
                retryAfter: .seconds(1))
        }
        return WorkerLease(record: record)
    }

    private static func isSameProcess(_ holder: WorkerHolder?, _ other: WorkerHolder?) -> Bool {
        holder?.host == other?.host && holder?.processID == other?.processID
            && holder?.startedAtMilliseconds == other?.startedAtMilliseconds
    }

    /// The time to decide by: this server's, or the caller's where that is earlier.
    ///
    /// A clock that is ahead would take worker IDs away from their holders.
    func now(_ milliseconds: Int64) throws(FrondError) -> Int64 {
        min(try checked(milliseconds, "now_milliseconds"), time.wallMilliseconds)
    }

    func checked(_ milliseconds: Int64, _ name: String) throws(FrondError) -> Int64 {
        let latest = time.wallMilliseconds + Self.furthestAhead.wholeMilliseconds
        guard milliseconds >= 0 else {
            throw FrondError(.invalidArgument, "\(name) \(milliseconds) is out of range: 0 or more")
        }
        guard milliseconds <= latest else {
            // Either clock may be wrong: another server may agree with the caller.
            throw FrondError(
                .registryUnavailable,
                "\(name) \(milliseconds) is more than \(Self.furthestAhead) beyond this server's clock, which reads "
                    + "\(time.wallMilliseconds); correct the clock that is wrong", retryAfter: .seconds(1))
        }
        return milliseconds
    }
}
