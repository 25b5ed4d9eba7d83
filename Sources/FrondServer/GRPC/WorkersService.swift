import Frond
import FrondAPI
import GRPCCore
import SwiftProtobuf

/// `frond.v1.Workers`: the server's own registry of worker IDs, for snowflake generators that run elsewhere.
struct WorkersService: Frond_V1_Workers.ServiceProtocol {
    /// Holds the server's own worker ID; nil where the server has none.
    let keeper: WorkerKeeper?
    let calls: CallGuard
    let time: any TimeSource

    func acquireWorker(
        request: ServerRequest<Frond_V1_AcquireWorkerRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_AcquireWorkerResponse> {
        let message = request.message
        return try await serve(request.metadata) { registry in
            if message.hasLayout { try check(message.layout) }
            let lease = try await registry.acquire(try workerRequest(message))
            return .with { $0.lease = Frond_V1_WorkerRecord(lease.record) }
        }
    }

    func extendWorker(
        request: ServerRequest<Frond_V1_ExtendWorkerRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ExtendWorkerResponse> {
        let message = request.message
        return try await serve(request.metadata) { registry in
            let lease = try await registry.extend(
                try await lease(message.lease, in: registry),
                to: try checked(message.horizonMilliseconds, "horizon_milliseconds"),
                nowMilliseconds: try checked(message.nowMilliseconds, "now_milliseconds"))
            return .with { $0.lease = Frond_V1_WorkerRecord(lease.record) }
        }
    }

    func releaseWorker(
        request: ServerRequest<Frond_V1_ReleaseWorkerRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ReleaseWorkerResponse> {
        let message = request.message
        return try await serve(request.metadata) { registry in
            try await registry.release(
                try await lease(message.lease, in: registry),
                at: try checked(message.horizonMilliseconds, "horizon_milliseconds"),
                nowMilliseconds: try checked(message.nowMilliseconds, "now_milliseconds"))
            return Frond_V1_ReleaseWorkerResponse()
        }
    }

    func freeWorker(
        request: ServerRequest<Frond_V1_FreeWorkerRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_FreeWorkerResponse> {
        let message = request.message
        return try await serve(request.metadata) { registry in
            let record = try await registry.free(
                message.workerID, nowMilliseconds: try checked(message.nowMilliseconds, "now_milliseconds"))
            return .with { $0.worker = Frond_V1_WorkerRecord(record) }
        }
    }

    func listWorkers(
        request: ServerRequest<Frond_V1_ListWorkersRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ListWorkersResponse> {
        try await serve(request.metadata) { registry in
            let records = try await registry.workers()
            return .with { $0.workers = records.map { Frond_V1_WorkerRecord($0) } }
        }
    }

    func getLayout(
        request: ServerRequest<Frond_V1_GetLayoutRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_GetLayoutResponse> {
        guard let layout else { throw FrondError.notEnabled(IssuingSnowflake.kind) }
        return ServerResponse(message: layout)
    }

    private var layout: Frond_V1_GetLayoutResponse? {
        (keeper?.generator).map { Frond_V1_GetLayoutResponse($0.layout, datacenterID: $0.datacenterID) }
    }

    private func serve<Output: Sendable>(
        _ metadata: Metadata, _ work: @escaping @Sendable (any WorkerRegistry) async throws -> Output
    ) async throws -> ServerResponse<Output> {
        guard let registry = keeper?.registry else { throw FrondError.notEnabled(IssuingSnowflake.kind) }
        return ServerResponse(message: try await calls.run(metadata) { try await work(registry) })
    }
}

// MARK: What callers send, checked

extension WorkersService {
    /// How far beyond this server's clock a caller's time may be: a clock that is years ahead must not take a worker ID
    /// away for years.
    private static let furthestAhead = Duration.seconds(24 * 3600)

    /// Another layout, or another datacenter, has worker IDs of its own: those of this registry may be in use there.
    private func check(_ layout: Frond_V1_GetLayoutResponse) throws(FrondError) {
        guard layout == self.layout else {
            throw FrondError(
                .invalidArgument,
                "the caller's snowflake IDs have another layout or datacenter than this server's: give all servers of "
                    + "a client the same, and start the client again")
        }
    }

    private func workerRequest(_ message: Frond_V1_AcquireWorkerRequest) throws(FrondError) -> WorkerRequest {
        guard !message.holder.host.isEmpty else {
            throw FrondError(.invalidArgument, "a worker ID has a holder, with the name of its host")
        }
        let holder = message.holder
        for (text, longest) in [
            (holder.host, 255), (holder.address, 255), (holder.grpcAddress, 255), (holder.version, 64),
        ] where text.unicodeScalars.count > longest {
            // What every registry has room for.
            throw FrondError(
                .invalidArgument,
                "what is said of a holder is too long: \(text.unicodeScalars.count) characters, where \(longest) "
                    + "are allowed")
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
        return WorkerRequest(
            holder: WorkerHolder(holder), workerIDs: first..<end,
            nowMilliseconds: try checked(message.nowMilliseconds, "now_milliseconds"), length: .milliseconds(length),
            layout: message.hasLayout ? keeper?.generator.layout : nil)
    }

    /// The lease that a caller names, as the registry has it.
    ///
    /// What a lease begins with is not the caller's to say: given back with a floor that is too low it would let the next
    /// holder issue what another one did. Nor is the lease of another: whoever names that, by mistake or from the list,
    /// could free it under its holder's hands. Where the token is not that of the record, the lease is passed on as it
    /// came, for the registry to refuse.
    private func lease(
        _ message: Frond_V1_WorkerRecord, in registry: any WorkerRegistry
    ) async throws(FrondError) -> WorkerLease {
        let named = WorkerRecord(message)
        guard named.isPossible, named.token >= 1 else {
            throw FrondError(.invalidArgument, "worker ID \(named.workerID) with token \(named.token) is no lease")
        }
        let records = try await registry.workers()
        guard let record = records.first(where: { $0.workerID == named.workerID }), record.token == named.token else {
            return WorkerLease(record: named)
        }
        guard Self.isSameProcess(record.holder, named.holder) else {
            throw FrondError(
                .workerIDTaken,
                "worker ID \(named.workerID) is held by \(record.holder.map { "\($0)" } ?? "nobody"), and not by the caller",
                retryAfter: .seconds(1))
        }
        return WorkerLease(record: record)
    }

    private static func isSameProcess(_ holder: WorkerHolder?, _ other: WorkerHolder?) -> Bool {
        holder?.host == other?.host && holder?.processID == other?.processID
            && holder?.startedAtMilliseconds == other?.startedAtMilliseconds
    }

    private func checked(_ milliseconds: Int64, _ name: String) throws(FrondError) -> Int64 {
        let latest = time.wallMilliseconds + Self.furthestAhead.wholeMilliseconds
        guard milliseconds >= 0 else {
            throw FrondError(.invalidArgument, "\(name) \(milliseconds) is out of range: 0 or more")
        }
        guard milliseconds <= latest else {
            // Whose clock is wrong is not known here: another server may agree with the caller.
            throw FrondError(
                .registryUnavailable,
                "\(name) \(milliseconds) is more than \(Self.furthestAhead) beyond this server's clock, which says "
                    + "\(time.wallMilliseconds): set the clock that is wrong", retryAfter: .seconds(1))
        }
        return milliseconds
    }
}
