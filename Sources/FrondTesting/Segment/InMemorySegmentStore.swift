public import Frond
import Synchronization

/// A segment store in memory, for tests: read, compute, compare-and-swap, as every real backend does.
///
/// Reading and swapping are two steps, and other callers come between them. ``init(time:comparing:beforeSwap:)`` lets
/// a test put something there, or take the comparison out to show that it is needed.
public final class InMemorySegmentStore: SegmentStore {
    /// The fields that a swap compares with the record that was read.
    public struct Comparison: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        public static let version = Comparison(rawValue: 1)
        public static let maxID = Comparison(rawValue: 2)
        /// The comparison of a correct store.
        public static let all: Comparison = [.version, .maxID]
    }

    /// The maximum number of attempts at a change while others come first.
    private static let maximumTries = 10_000

    private let time: any TimeSource
    private let comparison: Comparison
    private let secrets: @Sendable () -> ReservationSecret
    private let beforeSwap: @Sendable (TagRecord) async -> Void
    private let table = Mutex(Table())

    /// An empty store.
    /// - Parameters:
    ///   - time: where the moment of a change is taken from.
    ///   - comparison: what a swap compares; anything less than ``Comparison/all`` is a broken store.
    ///   - beforeSwap: runs between the read of a record, which it is passed, and the swap; no lock is held.
    ///   - secrets: makes the secret of each reservation.
    public init(
        time: any TimeSource = SystemTimeSource(),
        comparing comparison: Comparison = .all,
        beforeSwap: @escaping @Sendable (TagRecord) async -> Void = { _ in },
        secrets: @escaping @Sendable () -> ReservationSecret = ReservationSecret.random
    ) {
        self.time = time
        self.secrets = secrets
        self.comparison = comparison
        self.beforeSwap = beforeSwap
    }

    // MARK: The port

    public func reserve(
        _ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        for _ in 0..<Self.maximumTries {
            let record = try existing(tag)
            var (segment, successor) = try record.reserving(atLeast: demand, after: floor, secret: secrets())
            successor.updatedAtMilliseconds = time.wallMilliseconds
            await beforeSwap(record)
            if swap(record, for: successor) { return segment }
        }
        throw contended(tag)
    }

    public func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool {
        guard let record = read(tag), var successor = record.takingBack(tail) else { return false }
        successor.updatedAtMilliseconds = time.wallMilliseconds
        await beforeSwap(record)
        return swap(record, for: successor)
    }

    public func tags() async throws(FrondError) -> [TagRecord] {
        table.withLock { Array($0.records.values) }.sorted { $0.tag.name < $1.tag.name }
    }

    public func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? { read(tag) }

    public func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        let record = try settings.newRecord(tag, nowMilliseconds: time.wallMilliseconds)
        let isNew = table.withLock { table in
            guard table.records[tag] == nil else { return false }
            table.put(record)
            return true
        }
        guard isNew else { throw FrondError.exists(tag) }
        return record
    }

    public func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        for _ in 0..<Self.maximumTries {
            let record = try existing(tag)
            let successor = try record.applying(change, nowMilliseconds: time.wallMilliseconds)
            await beforeSwap(record)
            if swap(record, for: successor) { return successor }
        }
        throw contended(tag)
    }

    // MARK: Tampering

    /// Puts a record in place without asking: a restored dump, a row edited by hand.
    public func overwrite(_ record: TagRecord) {
        table.withLock { $0.put(record) }
    }

    /// Removes a tag, as an operator might by hand.
    public func remove(_ tag: Tag) {
        table.withLock { $0.records[tag] = nil }
    }

    /// Lets the next `count` reservations and changes read the record as it was before its last change, as from a
    /// replica that lags behind. The swap of a correct store then fails, and it reads again.
    public func serveStaleReads(_ count: Int) {
        table.withLock { $0.staleReads = count }
    }

    // MARK: Steps

    private struct Table: Sendable {
        var records: [Tag: TagRecord] = [:]
        var previous: [Tag: TagRecord] = [:]
        var staleReads = 0

        mutating func put(_ record: TagRecord) {
            previous[record.tag] = records[record.tag]
            records[record.tag] = record
        }

        mutating func staleRead(_ tag: Tag) -> TagRecord? {
            guard staleReads > 0, let record = previous[tag] else { return nil }
            staleReads -= 1
            return record
        }
    }

    private func read(_ tag: Tag) -> TagRecord? {
        table.withLock { $0.records[tag] }
    }

    private func existing(_ tag: Tag) throws(FrondError) -> TagRecord {
        let record = table.withLock { $0.staleRead(tag) ?? $0.records[tag] }
        guard let record else { throw FrondError.unknown(tag) }
        return record
    }

    /// Puts the successor in the place of `expected`, unless it has changed since.
    private func swap(_ expected: TagRecord, for successor: TagRecord) -> Bool {
        table.withLock { table in
            guard let present = table.records[expected.tag] else { return false }
            if comparison.contains(.version), present.version != expected.version { return false }
            if comparison.contains(.maxID), present.maxID != expected.maxID { return false }
            table.put(successor)
            return true
        }
    }

    private func contended(_ tag: Tag) -> FrondError {
        FrondError(
            .storeUnavailable, "tag '\(tag)' was changed by others \(Self.maximumTries) times in a row",
            retryAfter: .seconds(1))
    }
}
