public import Frond

/// A segment store in a text file: the smallest store that keeps the contract.
///
/// It shows what a store of your own has to do. Every method reads a record, lets Frond compute its successor, and puts
/// that in place while no other process can: here under a lock on the file, in a database by compare-and-swap on
/// `version` and `maxID`.
///
/// An actor waits for the disk on a thread of the cooperative pool. That will do for an example; a store for production
/// has threads of its own.
public actor JournalStore: SegmentStore {
    private var file: JournalFile
    private let time: any TimeSource

    /// - Parameters:
    ///   - path: the journal, made where it does not exist; its folder has to.
    ///   - time: the clock that changes are dated by.
    /// - Throws: `storeUnavailable`, naming the path and the cure.
    public init(path: String, time: any TimeSource = SystemTimeSource()) throws(FrondError) {
        file = try JournalFile(path: path)
        self.time = time
    }

    public func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        var reserved: Segment?
        try replace(tag) { record throws(FrondError) in
            let (segment, successor) = try record.reserving(atLeast: demand, after: floor)
            reserved = segment
            return successor
        }
        guard let reserved else { throw Self.unknown(tag) }
        return reserved
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        var isTakenBack = false
        try file.change { records throws(FrondError) in
            var successor = records[tag]?.takingBack(tail)
            successor?.updatedAtMilliseconds = time.wallMilliseconds
            isTakenBack = successor != nil
            return successor
        }
        return isTakenBack
    }

    public func tags() async throws(FrondError) -> [TagRecord] {
        try file.change { _ throws(FrondError) in nil }
        return file.records.values.sorted { $0.tag.name < $1.tag.name }
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? {
        try file.change { _ throws(FrondError) in nil }
        return file.records[tag]
    }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        let new = try settings.newRecord(tag, nowMilliseconds: time.wallMilliseconds)
        try file.change { records throws(FrondError) in
            guard records[tag] == nil else {
                throw FrondError(.tagExists, "tag '\(tag)' exists; change it with 'frond tag set'")
            }
            return new
        }
        return new
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        let now = time.wallMilliseconds
        var changed: TagRecord?
        try replace(tag) { record throws(FrondError) in
            let successor = try record.applying(change, nowMilliseconds: now)
            changed = successor
            return successor
        }
        guard let changed else { throw Self.unknown(tag) }
        return changed
    }

    /// Puts the successor of a tag's record in its place.
    private func replace(
        _ tag: Tag, by successor: (TagRecord) throws(FrondError) -> TagRecord
    ) throws(FrondError) {
        let now = time.wallMilliseconds
        try file.change { records throws(FrondError) in
            guard let record = records[tag] else { throw Self.unknown(tag) }
            var next = try successor(record)
            next.updatedAtMilliseconds = now
            return next
        }
    }

    private static func unknown(_ tag: Tag) -> FrondError {
        FrondError(.unknownTag, "tag '\(tag)' does not exist; create it first")
    }
}
