import Frond
import Synchronization

/// A segment store in memory that does no more than its arithmetic: the generators are measured, and not a store.
final class BenchmarkStore: SegmentStore {
    private let records = Mutex<[Tag: TagRecord]>([:])

    func reserve(_ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?) async throws(FrondError)
        -> Segment
    {
        let result = records.withLock { records -> Result<Segment, FrondError> in
            guard let record = records[tag] else { return .failure(FrondError.unknown(tag)) }
            do throws(FrondError) {
                let (segment, successor) = try record.reserving(atLeast: demand, after: floor)
                records[tag] = successor
                return .success(segment)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    func giveBack(_ tail: Segment, of tag: Tag) async throws(FrondError) -> Bool { false }

    func tags() async throws(FrondError) -> [TagRecord] { records.withLock { Array($0.values) } }

    func tag(_ tag: Tag) async throws(FrondError) -> TagRecord? { records.withLock { $0[tag] } }

    func create(_ tag: Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        let record = try settings.newRecord(tag, nowMilliseconds: 0)
        records.withLock { $0[tag] = record }
        return record
    }

    func change(_ tag: Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        throw FrondError(.invalidArgument, "the tags of a benchmark do not change")
    }
}
