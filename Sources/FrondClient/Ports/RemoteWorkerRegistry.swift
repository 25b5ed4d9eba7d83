public import Frond
import FrondAPI
public import Logging
import SwiftProtobuf

/// Worker IDs from the servers of a Frond: ``Frond/WorkerRegistry`` over gRPC.
///
/// All servers stand on one registry, so that a lease which was taken through one of them is kept through any. To
/// extend or to give back is safe to repeat: the registry compares the fencing token, and an extension that was made
/// already is found made. A worker ID is asked for once, by a server that has just answered: each time might take
/// another one, and one whose reply is lost is free again when its horizon has passed.
public struct RemoteWorkerRegistry: WorkerRegistry {
    let pool: ServerPool
    /// The layout of the IDs that are issued with these worker IDs: a server with another one gives out none.
    /// Nil where that is the caller's care.
    private let layout: Frond_V1_GetLayoutResponse?

    init(_ pool: ServerPool, layout: Frond_V1_GetLayoutResponse? = nil) {
        self.pool = pool
        self.layout = layout
    }

    /// Does not connect yet: an address without an answer is an error of the first call.
    /// - Parameters:
    ///   - servers: where servers listen for gRPC, such as `10.0.0.7:9090`: one or more.
    ///   - tls: nil for connections in the clear.
    ///   - logger: gets lines at debug level; silent by default.
    /// - Throws: `invalidArgument`, naming the text that is not an address.
    public init(
        servers: [String], tls: ClientTLS? = nil, policy: PoolPolicy = PoolPolicy(), logger: Logger? = nil
    ) throws(FrondError) {
        self.init(try ServerPool(servers, tls: tls, policy: policy, time: SystemTimeSource(), logger: logger))
    }

    /// Ends calls that wait, and returns once the connections are closed.
    public func close() async { await pool.close() }

    public func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease {
        var message = Frond_V1_AcquireWorkerRequest(request)
        if let layout { message.layout = layout }
        let lease = try await pool.callOnce(orElse: .registryUnavailable) { [message] connection, options in
            WorkerLease(
                record: WorkerRecord(try await connection.workers.acquireWorker(message, options: options).lease))
        }
        guard request.workerIDs.contains(lease.workerID), lease.floorMilliseconds >= 0,
            lease.horizonMilliseconds >= lease.floorMilliseconds
        else {
            throw FrondError(
                .storeCorrupt,
                "a server gave out worker ID \(lease.workerID) for \(request.workerIDs), from "
                    + "\(lease.floorMilliseconds) to \(lease.horizonMilliseconds), outside the requested range")
        }
        return lease
    }

    public func extend(
        _ lease: WorkerLease, to horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) -> WorkerLease {
        let request = Frond_V1_ExtendWorkerRequest.with {
            $0.lease = Frond_V1_WorkerRecord(lease)
            $0.horizonMilliseconds = horizonMilliseconds
            $0.nowMilliseconds = nowMilliseconds
        }
        let extended = try await pool.call(orElse: .registryUnavailable) { connection, options in
            WorkerLease(
                record: WorkerRecord(try await connection.workers.extendWorker(request, options: options).lease))
        }
        guard extended.record.isSameHolding(as: lease.record) else {
            throw FrondError(
                .storeCorrupt, "a server extended worker ID \(extended.workerID) in place of \(lease.workerID)")
        }
        return extended
    }

    public func release(
        _ lease: WorkerLease, at horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) {
        let request = Frond_V1_ReleaseWorkerRequest.with {
            $0.lease = Frond_V1_WorkerRecord(lease)
            $0.horizonMilliseconds = horizonMilliseconds
            $0.nowMilliseconds = nowMilliseconds
        }
        _ = try await pool.call(orElse: .registryUnavailable) { connection, options in
            try await connection.workers.releaseWorker(request, options: options)
        }
    }

    public func workers() async throws(FrondError) -> [WorkerRecord] {
        try await pool.call(orElse: .registryUnavailable) { connection, options in
            try await connection.workers.listWorkers(.init(), options: options).workers.map { WorkerRecord($0) }
        }
    }

    public func initialise(floorMilliseconds: Int64?) async throws(FrondError) -> RegistryOrigin {
        throw FrondError(
            .invalidArgument, "a registry is initialised where it stands, with 'frond worker init', and not by a client"
        )
    }

    public func free(_ workerID: Int64, nowMilliseconds: Int64) async throws(FrondError) -> WorkerRecord {
        let request = Frond_V1_FreeWorkerRequest.with {
            $0.workerID = workerID
            $0.nowMilliseconds = nowMilliseconds
        }
        return try await pool.callOnce(orElse: .registryUnavailable) { connection, options in
            WorkerRecord(try await connection.workers.freeWorker(request, options: options).worker)
        }
    }
}
