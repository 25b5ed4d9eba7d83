import Frond
import FrondAPI
import GRPCCore
import SwiftProtobuf
import Synchronization

/// `frond.v1.Workers`: the server's own registry of worker IDs, for snowflake generators that run elsewhere.
///
/// The server's clock decides: a caller's time counts where it is earlier, and shortens what the caller gets. Only the
/// secret of a lease extends it or gives it back, and no list shows it.
final class WorkersService: Frond_V1_Workers.ServiceProtocol {
    /// Holds the server's own worker ID; nil where the server has none.
    let keeper: WorkerKeeper?
    private let calls: CallGuard
    private let access: AccessControl
    let time: any TimeSource
    private let shares: Mutex<WorkerShares>

    init(
        keeper: WorkerKeeper?, calls: CallGuard, access: AccessControl, time: any TimeSource,
        limits: WorkerShares.Limits = .init()
    ) {
        self.keeper = keeper
        self.calls = calls
        self.access = access
        self.time = time
        shares = Mutex(WorkerShares(limits: limits))
    }

    func acquireWorker(
        request: ServerRequest<Frond_V1_AcquireWorkerRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_AcquireWorkerResponse> {
        let message = request.message
        let caller = try caller(request.metadata, context, .reserve)
        return try await serve(request.metadata) { [self] registry in
            if message.hasLayout { try check(message.layout) }
            let lease = try await acquire(try workerRequest(message), from: registry, for: caller.name)
            access.audit.acted(
                "acquire", on: "worker ID \(lease.workerID)", by: caller,
                after: "held by \(message.holder.host) until \(lease.horizonMilliseconds)")
            return .with { $0.lease = Frond_V1_WorkerRecord(lease) }
        }
    }

    func extendWorker(
        request: ServerRequest<Frond_V1_ExtendWorkerRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ExtendWorkerResponse> {
        let message = request.message
        let client = try caller(request.metadata, context, .reserve).name
        return try await serve(request.metadata) { [self] registry in
            let known = try await lease(message.lease, in: registry)
            let horizon = try checked(message.horizonMilliseconds, "horizon_milliseconds")
            let lease = try await registry.extend(
                known, to: min(horizon, time.wallMilliseconds + longestLease.wholeMilliseconds),
                nowMilliseconds: try now(message.nowMilliseconds))
            shares.withLock { $0.note(lease, client: client) }
            return .with { $0.lease = Frond_V1_WorkerRecord(lease) }
        }
    }

    func releaseWorker(
        request: ServerRequest<Frond_V1_ReleaseWorkerRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ReleaseWorkerResponse> {
        let message = request.message
        _ = try caller(request.metadata, context, .reserve)
        return try await serve(request.metadata) { [self] registry in
            var record = try await lease(message.lease, in: registry).record
            let end = try checked(message.horizonMilliseconds, "horizon_milliseconds")
            // The caller may have issued beyond the horizon of a registry that went back.
            let latest = time.wallMilliseconds + longestLease.wholeMilliseconds
            record.horizonMilliseconds = max(record.horizonMilliseconds, min(end, latest))
            try await registry.release(
                WorkerLease(record: record), at: end,
                nowMilliseconds: try now(message.nowMilliseconds))
            shares.withLock { $0.forget(message.lease.workerID) }
            return Frond_V1_ReleaseWorkerResponse()
        }
    }

    func freeWorker(
        request: ServerRequest<Frond_V1_FreeWorkerRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_FreeWorkerResponse> {
        let message = request.message
        let caller = try caller(request.metadata, context, .admin)
        return try await serve(request.metadata) { [self] registry in
            let record = try await registry.free(
                message.workerID, nowMilliseconds: try now(message.nowMilliseconds))
            access.audit.acted("free", on: "worker ID \(message.workerID)", by: caller)
            return .with { $0.worker = Frond_V1_WorkerRecord(record) }
        }
    }

    func listWorkers(
        request: ServerRequest<Frond_V1_ListWorkersRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_ListWorkersResponse> {
        _ = try caller(request.metadata, context, .reserve, or: .status)
        return try await serve(request.metadata) { registry in
            let records = try await registry.workers()
            return .with { $0.workers = records.map { Frond_V1_WorkerRecord($0) } }
        }
    }

    func getLayout(
        request: ServerRequest<Frond_V1_GetLayoutRequest>, context: ServerContext
    ) async throws -> ServerResponse<Frond_V1_GetLayoutResponse> {
        _ = try caller(request.metadata, context, .reserve, or: .ids)
        guard let layout else { throw ErrorStatus(.notEnabled(IssuingSnowflake.kind)) }
        return ServerResponse(message: layout)
    }

    var layout: Frond_V1_GetLayoutResponse? {
        (keeper?.generator).map { Frond_V1_GetLayoutResponse($0.layout, datacenterID: $0.datacenterID) }
    }

    private func acquire(
        _ request: WorkerRequest, from registry: any WorkerRegistry, for client: String
    ) async throws(FrondError) -> WorkerLease {
        let now = time.wallMilliseconds
        let held = try await registry.workers().count { $0.state(nowMilliseconds: now) == .held }
        let count = keeper?.generator.layout.workerIDs.count ?? 0
        try shares.withLock { shares throws(FrondError) in
            try shares.begin(client: client, heldCount: held, workerCount: count, nowMilliseconds: now)
        }
        defer { shares.withLock { $0.end(client: client) } }
        let lease = try await registry.acquire(request)
        shares.withLock { $0.note(lease, client: client) }
        return lease
    }

    /// The caller, who may act in a scope or in another one.
    private func caller(
        _ metadata: Metadata, _ context: ServerContext, _ scope: AccessScope, or other: AccessScope? = nil
    ) throws(ErrorStatus) -> Caller {
        do throws(FrondError) {
            let caller = try access.caller(metadata, context)
            if other == .ids {
                try access.checkAny(caller, scope, or: other)
            } else {
                try access.check(caller, scope, or: other)
            }
            return caller
        } catch {
            throw ErrorStatus(error)
        }
    }

    private func serve<Output: Sendable>(
        _ metadata: Metadata, _ work: @escaping @Sendable (any WorkerRegistry) async throws -> Output
    ) async throws -> ServerResponse<Output> {
        guard let registry = keeper?.registry else { throw ErrorStatus(.notEnabled(IssuingSnowflake.kind)) }
        return ServerResponse(message: try await calls.run(metadata) { try await work(registry) })
    }
}
