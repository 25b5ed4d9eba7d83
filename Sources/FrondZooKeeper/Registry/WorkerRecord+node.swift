import Frond

extension WorkerRecord {
    /// The end of the year 9999, in milliseconds: beyond every time that a clock could rightly show.
    static let lastMilliseconds: Int64 = 253_402_300_799_999
    /// A token grows by one or two with each holder: this leaves room to count on, and none is ever near it.
    private static let lastToken = Int64.max / 2

    /// Reads a node, which somebody may have edited by hand.
    /// - Throws: `storeCorrupt` where it is not a record, not of this worker ID, of a newer Frond, or has a value that
    ///   cannot be.
    init(node bytes: [UInt8], of workerID: Int64, at place: String) throws(FrondError) {
        let place = "the content of \(place)"
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FrondError(.storeCorrupt, "\(place) is not text, so nobody knows up to when was issued")
        }
        let record = try WorkerRecord(text: text, at: place)
        guard record.workerID == workerID else {
            throw FrondError(
                .storeCorrupt, "\(place) is the record of worker ID \(record.workerID), not of \(workerID)")
        }
        let times = 0...Self.lastMilliseconds
        guard times.contains(record.floorMilliseconds), times.contains(record.horizonMilliseconds),
            record.floorMilliseconds <= record.horizonMilliseconds, (0...Self.lastToken).contains(record.token)
        else {
            throw FrondError(
                .storeCorrupt,
                "\(place) has floor \(record.floorMilliseconds), horizon \(record.horizonMilliseconds) and token "
                    + "\(record.token), which cannot be: set the horizon to a time that nobody issued beyond")
        }
        self = record
    }

    /// What stands for a node that cannot be read: up to when was issued is not known, so it is never free.
    static func unreadable(_ workerID: Int64) -> WorkerRecord {
        WorkerRecord(
            workerID: workerID, holder: nil, isReleased: false, floorMilliseconds: lastMilliseconds,
            horizonMilliseconds: lastMilliseconds, token: 0, updatedAtMilliseconds: 0)
    }
}
