import Frond
import FrondTesting

/// A store that answers every reservation with the same segment.
struct LyingStore: ForwardingSegmentStore {
    let beneath: any SegmentStore
    private let segment: Segment

    init(_ base: any SegmentStore, _ segment: Segment) {
        beneath = base
        self.segment = segment
    }

    func reserve(_ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?) async throws(FrondError)
        -> Segment
    {
        segment
    }

    func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool { false }
}

/// A registry that gives out worker IDs that nobody asked for, and extends another lease than is named.
struct LyingRegistry: WorkerRegistry {
    private static let secret = WorkerSecret.random()

    static func record(_ workerID: Int64, token: Int64) -> WorkerRecord {
        WorkerRecord(
            workerID: workerID, holder: nil, isReleased: false, floorMilliseconds: 0,
            horizonMilliseconds: 4_000_000_000_000, token: token, updatedAtMilliseconds: 0, secret: secret)
    }

    func acquire(_ request: WorkerRequest) async throws(FrondError) -> WorkerLease {
        if request.holder.host == "server" {
            throw FrondError(.workerIDsExhausted, "the server has none itself", retryAfter: .seconds(60))
        }
        return WorkerLease(record: Self.record(request.workerIDs.upperBound, token: 1))
    }

    func extend(
        _ lease: WorkerLease, to horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) -> WorkerLease {
        WorkerLease(record: Self.record(lease.workerID, token: lease.token + 1))
    }

    func release(
        _ lease: WorkerLease, at horizonMilliseconds: Int64, nowMilliseconds: Int64
    ) async throws(FrondError) {}

    func workers() async throws(FrondError) -> [WorkerRecord] { [Self.record(1, token: 1)] }

    func free(_ workerID: Int64, nowMilliseconds: Int64) async throws(FrondError) -> WorkerRecord {
        Self.record(workerID, token: 1)
    }
}
