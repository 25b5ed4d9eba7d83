import Frond

/// The reservations of the registry and the issued IDs, as an omniscient observer records them.
struct WorkerLedger: Sendable {
    private struct Tenure: Hashable {
        let workerID: Int64
        let token: Int64
    }

    private struct Reservation {
        let floor: Int64
        var horizon: Int64
        /// The end of what was issued.
        var issuedUntil = Int64.min
    }

    private struct Lease: Hashable {
        let server: Int
        let life: Int
        let cell: Int
    }

    private let layout: SnowflakeLayout
    private var issued: Set<Int64> = []
    private var reservations: [Tenure: Reservation] = [:]
    private var lastID: [Lease: Int64] = [:]
    /// The first promise that was broken.
    private(set) var fault: String?

    private let checksIDsOnly: Bool

    init(layout: SnowflakeLayout, checksIDsOnly: Bool) {
        self.layout = layout
        self.checksIDsOnly = checksIDsOnly
    }

    /// The number of IDs.
    var count: Int { issued.count }

    /// The latest horizon that was ever reserved.
    private(set) var latestHorizon: Int64 = 0

    /// The registry replaced a record.
    mutating func replaced(_ expected: WorkerRecord?, with record: WorkerRecord) {
        latestHorizon = max(latestHorizon, record.horizonMilliseconds)
        let tenure = Tenure(workerID: record.workerID, token: record.token)
        if record.isReleased, let expected {
            // The end of the tenure before, and perhaps sooner than it was.
            let ended = Tenure(workerID: record.workerID, token: expected.token)
            reservations[ended]?.horizon = record.horizonMilliseconds
            let issuedUntil = reservations[ended]?.issuedUntil ?? .min
            if issuedUntil > record.horizonMilliseconds, !checksIDsOnly {
                report("worker \(record.workerID) was given back before the end of what was issued")
            }
        } else if let known = reservations[tenure] {
            reservations[tenure]?.horizon = max(known.horizon, record.horizonMilliseconds)
        } else {
            reservations[tenure] = Reservation(
                floor: record.floorMilliseconds, horizon: record.horizonMilliseconds)
        }
    }

    mutating func issued(
        _ claim: SnowflakeWords.Claim, identity: Int64, lease: WorkerLease, by server: Int, life: Int, cell: Int
    ) {
        let tenure = Tenure(workerID: lease.workerID, token: lease.token)
        let owner = Lease(server: server, life: life, cell: cell)
        for word in claim.first..<claim.end {
            let id = layout.compose(word: word, identity: identity)
            if !issued.insert(id).inserted { report("server \(server) issued ID \(id), which was issued before") }
            if let last = lastID[owner], last >= id, !checksIDsOnly {
                report("server \(server) issued \(id) after \(last)")
            }
            lastID[owner] = id
        }
        if checksIDsOnly { return }
        let first = layout.milliseconds(ofTick: claim.first >> Int64(layout.sequenceBits))
        let end = layout.milliseconds(ofTick: (claim.end - 1) >> Int64(layout.sequenceBits) + 1)
        guard let reservation = reservations[tenure] else {
            report("server \(server) issued for worker \(lease.workerID), of which it has nothing")
            return
        }
        if first < reservation.floor || end > reservation.horizon {
            report(
                "server \(server) issued \(first) ..< \(end) for worker \(lease.workerID), but has "
                    + "\(reservation.floor) ..< \(reservation.horizon)")
        }
        reservations[tenure]?.issuedUntil = max(reservation.issuedUntil, end)
    }

    private mutating func report(_ text: String) {
        fault = fault ?? text
    }
}
