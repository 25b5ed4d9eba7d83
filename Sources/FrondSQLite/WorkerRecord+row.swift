import Frond
import GRDB

extension WorkerRecord {
    /// Reads a row, which somebody may have edited by hand.
    /// - Throws: `storeCorrupt` naming the column where a value is missing or of the wrong type.
    init(row: Row) throws(FrondError) {
        let workerID = try row.number("worker_id", of: "a row of table workers")
        let record = "the record of worker ID \(workerID)"
        var holder: WorkerHolder?
        if let host = row.text("host") {
            // Nothing depends on who holds it: it is for people.
            holder = WorkerHolder(
                host: host, processID: row.integer("process_id") ?? 0,
                startedAtMilliseconds: row.integer("started_at") ?? 0, address: row.text("address") ?? "",
                version: row.text("version") ?? "")
        }
        self.init(
            workerID: workerID, holder: holder, isReleased: try row.number("is_released", of: record) != 0,
            floorMilliseconds: try row.number("floor", of: record),
            horizonMilliseconds: try row.number("horizon", of: record), token: try row.number("token", of: record),
            updatedAtMilliseconds: row.integer("updated_at") ?? 0)
    }

    /// The values of the statements' named parameters.
    var arguments: [String: (any DatabaseValueConvertible)?] {
        [
            "worker_id": workerID, "token": token, "is_released": isReleased ? 1 : 0, "floor": floorMilliseconds,
            "horizon": horizonMilliseconds, "host": holder?.host, "process_id": holder?.processID ?? 0,
            "started_at": holder?.startedAtMilliseconds ?? 0, "address": holder?.address ?? "",
            "version": holder?.version ?? "", "updated_at": updatedAtMilliseconds,
        ]
    }
}
