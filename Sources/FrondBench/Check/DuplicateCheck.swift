/// Finds the IDs that came more than once, in the logs of all connections.
///
/// Each log is cut into pieces in which the IDs grow; one piece a connection where servers keep the order. The pieces
/// are merged by a heap, so the check takes memory for each piece, and time for each entry of the logs.
struct DuplicateCheck: Sendable {
    /// An ID that came again.
    struct Duplicate: Sendable {
        var id: ReceivedID
        /// The logs it stands in: the same one twice where one connection received it twice.
        var logs: [Int]
    }

    /// The number of IDs that had come before.
    private(set) var repeats: UInt64 = 0
    private(set) var examples: [Duplicate] = []
    private let exampleLimit: Int

    /// - Parameter logs: finished.
    init(_ logs: [IDLog], exampleLimit: Int) {
        self.exampleLimit = exampleLimit
        var heap = MergeHeap(Self.growingPieces(of: logs))
        // All entries so far end at or before this, and this entry began at or before the next one.
        var furthest: IDLogCursor?
        while let entry = heap.popFirst(in: logs) {
            if let furthest, entry.first < furthest.end { note(entry, repeating: furthest) }
            if entry.end > furthest?.end ?? 0 { furthest = entry }
        }
    }

    private mutating func note(_ entry: IDLogCursor, repeating earlier: IDLogCursor) {
        let common = min(entry.end, earlier.end) - entry.first
        repeats += UInt64(common)
        for step in 0..<common {
            guard examples.count < exampleLimit else { return }
            let id = ReceivedID(entry.first + step)
            // An ID that came many times is one example.
            if examples.last?.id != id { examples.append(Duplicate(id: id, logs: [earlier.log, entry.log])) }
        }
    }

    /// A cursor on the first entry of each piece.
    private static func growingPieces(of logs: [IDLog]) -> [IDLogCursor] {
        var pieces: [IDLogCursor] = []
        for log in logs.indices {
            var cursor = IDLogCursor(log: log)
            var previousEnd: UInt128?
            while cursor.advance(in: logs) {
                if previousEnd.map({ cursor.first < $0 }) ?? true { pieces.append(cursor) }
                previousEnd = cursor.end
            }
        }
        return pieces
    }
}
