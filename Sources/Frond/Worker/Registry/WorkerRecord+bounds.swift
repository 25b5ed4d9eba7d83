// The bounds of a record that stands apart from its servers: it may have been edited by hand.

extension WorkerRecord {
    /// The end of the year 9999: beyond every time that a clock could rightly show.
    package static let lastMilliseconds: Int64 = 253_402_300_799_999
    /// A token grows by one with each holder, or begins at a time after a loss: this leaves room to count on.
    package static let lastToken = Int64.max / 2

    /// A Boolean value that indicates whether the numbers can be those of a record.
    package var isPossible: Bool {
        workerID >= 0 && (0...Self.lastToken).contains(token)
            && (0...Self.lastMilliseconds).contains(floorMilliseconds)
            && (floorMilliseconds...Self.lastMilliseconds).contains(horizonMilliseconds)
    }

    /// The record that stands in a list for one that cannot be read: the end of its IDs is unknown, so it is never
    /// free.
    package static func unreadable(_ workerID: Int64) -> WorkerRecord {
        WorkerRecord(
            workerID: workerID, holder: nil, isReleased: false, floorMilliseconds: lastMilliseconds,
            horizonMilliseconds: lastMilliseconds, token: 0, updatedAtMilliseconds: 0)
    }
}
