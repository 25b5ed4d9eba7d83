import Frond

extension WorkerRecord {
    /// Reads a node, which may have been edited by hand.
    /// - Throws: `storeCorrupt` where it is not a record, not of this worker ID, of a newer Frond, or has a value that
    ///   cannot be.
    init(node bytes: [UInt8], of workerID: Int64, at place: String) throws(FrondError) {
        let place = "the content of \(place)"
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FrondError(.storeCorrupt, "\(place) is not text, so the end of the issued time is unknown")
        }
        let record = try WorkerRecord(text: text, at: place)
        guard record.workerID == workerID else {
            throw FrondError(
                .storeCorrupt, "\(place) is the record of worker ID \(record.workerID), not of \(workerID)")
        }
        self = record
    }
}
