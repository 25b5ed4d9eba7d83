import Frond

extension WorkerRecord {
    /// Reads a row, which somebody may have edited by hand.
    /// - Throws: `storeCorrupt` naming the column where a value is missing, of the wrong type or out of range.
    init(row: MySQLRow) throws(FrondError) {
        let workerID = try row.number("worker_id", of: "a row of table frond_worker", in: 0...(.max))
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
    init?(unreadable row: MySQLRow) {
        guard let workerID = row.integer("worker_id"), workerID >= 0 else { return nil }
        self = .unreadable(workerID)
    }

    /// The values of ``Statements/insertWorker`` and of the first part of ``Statements/swapWorker``, the worker ID being
    /// the last.
    var arguments: [MySQLValue] {
        [
            .integer(token), .integer(isReleased ? 1 : 0), .integer(floorMilliseconds), .integer(horizonMilliseconds),
            holder.map { .text(Self.fitting($0.host)) } ?? .null, .integer(holder?.processID ?? 0),
            .integer(holder?.startedAtMilliseconds ?? 0), .text(Self.fitting(holder?.address ?? "")),
            .text(Self.fitting(holder?.grpcAddress ?? "")), .text(Self.fitting(holder?.version ?? "", room: 64)),
            .integer(updatedAtMilliseconds), .text(layout?.text ?? ""), .integer(workerID),
        ]
    }

    /// What is for people is cut where the column ends, and is no reason to go without a worker ID.
    private static func fitting(_ text: String, room: Int = 255) -> String {
        var fitting = String.UnicodeScalarView()
        fitting.append(contentsOf: text.unicodeScalars.prefix(room))
        return String(fitting)
    }
}
