import Frond
import GRDB

extension WorkerRecord {
    /// Reads a row, which somebody may have edited by hand.
    /// - Throws: `storeCorrupt` naming the column where a value is missing, of the wrong type or out of range.
    init(row: Row) throws(FrondError) {
        let workerID = try row.number("worker_id", of: "a row of table workers", in: 0...(.max))
        let record = "the record of worker ID \(workerID)"
        let floor = try row.number("floor", of: record, in: 0...Self.lastMilliseconds)
        var holder: WorkerHolder?
        if let host = row.text("host") {
            // Nothing depends on who holds it: it is for people.
            holder = WorkerHolder(
                host: host, processID: row.integer("process_id") ?? 0,
                startedAtMilliseconds: row.integer("started_at") ?? 0, address: row.text("address") ?? "",
                grpcAddress: row.text("grpc_address") ?? "", version: row.text("version") ?? "")
        }
        self.init(
            workerID: workerID, holder: holder, isReleased: try row.number("is_released", of: record) != 0,
            floorMilliseconds: floor,
            horizonMilliseconds: try row.number("horizon", of: record, in: floor...Self.lastMilliseconds),
            token: try row.number("token", of: record, in: 0...Self.lastToken),
            updatedAtMilliseconds: row.integer("updated_at") ?? 0,
            layout: try WorkerLayout.stored(row.text("layout") ?? "", of: record))
    }

    /// What stands for a row that cannot be read: up to when was issued is not known, so it is never free.
    ///
    /// Nil where the row does not even say which worker ID it is of.
    init?(unreadable row: Row) {
        guard let workerID = row.integer("worker_id"), workerID >= 0 else { return nil }
        self = .unreadable(workerID)
    }

    /// The values of the statements' named parameters.
    var arguments: [String: (any DatabaseValueConvertible)?] {
        [
            "worker_id": workerID, "token": token, "is_released": isReleased ? 1 : 0, "floor": floorMilliseconds,
            "horizon": horizonMilliseconds, "host": holder?.host, "process_id": holder?.processID ?? 0,
            "started_at": holder?.startedAtMilliseconds ?? 0, "address": holder?.address ?? "",
            "grpc_address": holder?.grpcAddress ?? "", "version": holder?.version ?? "",
            "updated_at": updatedAtMilliseconds, "layout": layout?.text ?? "",
        ]
    }
}
