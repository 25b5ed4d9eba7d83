import Frond
import Synchronization

/// The numbers of one tag spread over several records, each reservation from the next one.
final class RotatingStore: SegmentStore {
    private struct State: Sendable {
        var records: [TagRecord] = []
        var next = 0
    }

    private let stores: Int
    private let state = Mutex(State())

    init(stores: Int) {
        self.stores = stores
    }

    func reserve(
        _ tag: Frond.Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?
    ) async throws(FrondError) -> Segment {
        let result: Result<Segment, FrondError> = state.withLock { state in
            let index = state.next % stores
            state.next += 1
            do throws(FrondError) {
                let (segment, successor) = try state.records[index].reserving(
                    atLeast: demand, after: nil, notBelow: floor)
                state.records[index] = successor
                return .success(segment)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    func giveBack(_ tail: Segment, of tag: Frond.Tag) async throws(FrondError) -> Bool {
        state.withLock { state in
            let index = Int(tail.first) % stores
            guard let successor = state.records[index].takingBack(tail) else { return false }
            state.records[index] = successor
            return true
        }
    }

    func tags() async throws(FrondError) -> [TagRecord] { state.withLock { $0.records } }

    /// The record that is furthest.
    func tag(_ tag: Frond.Tag) async throws(FrondError) -> TagRecord? {
        state.withLock { $0.records.max { $0.maxID < $1.maxID } }
    }

    func create(_ tag: Frond.Tag, _ settings: TagSettings) async throws(FrondError) -> TagRecord {
        let record = try settings.newRecord(tag, nowMilliseconds: 0)
        state.withLock { state in
            state.records = (0..<stores).map { index in
                var record = record
                record.stripe = TagStripe(index: Int64(index), count: Int64(stores))
                return record
            }
        }
        return record
    }

    func change(_ tag: Frond.Tag, _ change: TagChange) async throws(FrondError) -> TagRecord {
        throw FrondError(.invalidArgument, "no test changes it")
    }
}
