import Frond
import FrondTesting

extension SnowflakeLayout {
    /// 41 bits of milliseconds since 2023, 10 of worker, 12 of sequence.
    static let test = SnowflakeLayout(
        unchecked: 1, epochMilliseconds: 1_672_531_200_000, tickBits: 41, datacenterBits: 0, workerBits: 10,
        sequenceBits: 12)

    static func test(sequenceBits: Int, tick: Int64 = 1) -> SnowflakeLayout {
        SnowflakeLayout(
            unchecked: tick, epochMilliseconds: 1_672_531_200_000, tickBits: 38, datacenterBits: 0, workerBits: 3,
            sequenceBits: sequenceBits)
    }
}

extension WorkerLease {
    static func test(_ workerID: Int64 = 5, floor: Int64 = 0, horizon: Int64) -> WorkerLease {
        WorkerLease(
            record: WorkerRecord(
                workerID: workerID, holder: nil, isReleased: false, floorMilliseconds: floor,
                horizonMilliseconds: horizon, token: 1, updatedAtMilliseconds: 0))
    }
}

extension WorkerHolder {
    static let test = WorkerHolder(host: "host-a", processID: 1, startedAtMilliseconds: 0)
}
