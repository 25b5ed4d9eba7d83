import Frond

/// The worker IDs that clients hold through this server, and the bounds on them.
///
/// A value without a lock or a clock: ``WorkersService`` holds it in a mutex. It forgets a worker ID whose horizon has
/// passed, so it holds no more entries than there are worker IDs.
struct WorkerShares: Sendable {
    /// The bounds on what clients take.
    struct Limits: Sendable {
        /// The most worker IDs that one client address holds through this server.
        var perClient = 64
        /// One part in so many of the worker IDs of the layout is left to servers.
        var reservedDivisor = 4
    }

    private struct Share: Sendable {
        var client: String
        var horizonMilliseconds: Int64
    }

    let limits: Limits
    private var shares: [Int64: Share] = [:]
    /// The acquisitions under way, by client.
    private var pending: [String: Int] = [:]

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Admits an acquisition, to be ended with ``end(client:)``.
    /// - Parameters:
    ///   - heldCount: the worker IDs that are held, by servers and clients.
    ///   - workerCount: the worker IDs of the layout.
    /// - Throws: `workerIDsExhausted` where the client, or all clients together, hold as many as they may.
    mutating func begin(
        client: String, heldCount: Int, workerCount: Int, nowMilliseconds: Int64
    ) throws(FrondError) {
        shares = shares.filter { $0.value.horizonMilliseconds > nowMilliseconds }
        let own = shares.values.count { $0.client == client } + pending[client, default: 0]
        guard own < limits.perClient else {
            throw FrondError(
                .workerIDsExhausted,
                "client \(client) holds \(own) worker IDs through this server, the most a client may; give back those "
                    + "that are not used",
                retryAfter: .seconds(5))
        }
        let reserved = workerCount / limits.reservedDivisor
        guard heldCount + pending.values.reduce(0, +) < workerCount - reserved else {
            throw FrondError(
                .workerIDsExhausted,
                "\(heldCount) of \(workerCount) worker IDs are held, and the last \(reserved) are reserved for servers",
                retryAfter: .seconds(5))
        }
        pending[client, default: 0] += 1
    }

    /// Ends an acquisition, whether it succeeded or not.
    mutating func end(client: String) {
        let count = pending[client, default: 0] - 1
        pending[client] = count > 0 ? count : nil
    }

    /// Notes a worker ID that a client took, or whose horizon it moved.
    mutating func note(_ lease: WorkerLease, client: String) {
        shares[lease.workerID] = Share(client: client, horizonMilliseconds: lease.horizonMilliseconds)
    }

    /// Forgets a worker ID that was given back.
    mutating func forget(_ workerID: Int64) {
        shares[workerID] = nil
    }
}
