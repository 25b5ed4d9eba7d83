extension WorkerRecord {
    /// Reads a row of a table of worker IDs.
    /// - Parameter table: the table's name, for the error.
    /// - Throws: `storeCorrupt` naming the column where a value is missing, of the wrong type or out of range.
    package init(row: some StoredRow, of table: String) throws(FrondError) {
        let workerID = try row.number("worker_id", of: "a row of table \(table)", in: 0...(.max))
        let record = "the record of worker ID \(workerID)"
        let floor = try row.number("floor", of: record, in: 0...Self.lastMilliseconds)
        var holder: WorkerHolder?
        if let host = row.text("host") {
            // Nothing depends on the holder's description: it is for people.
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
            layout: try WorkerLayout.stored(row.text("layout") ?? "", of: record),
            secret: try WorkerSecret.stored(row.text("secret") ?? "", of: record))
    }

    /// The record that stands for a row that cannot be read: the end of what was issued is unknown, so it is never
    /// free.
    ///
    /// Nil where the row does not even name its worker ID.
    package init?(unreadable row: some StoredRow) {
        guard let workerID = row.integer("worker_id"), workerID >= 0 else { return nil }
        self = .unreadable(workerID)
    }
}

extension FrondError {
    /// The error of a registry whose database does not answer, in place of that of a store of numbers.
    package var ofRegistry: FrondError {
        guard code == .storeUnavailable else { return self }
        return FrondError(.registryUnavailable, message, retryAfter: retryAfter, cause: cause)
    }
}
