import Frond
import FrondTesting
import Synchronization

/// A store that counts what is reserved of it.
final class CountingStore: ForwardingSegmentStore {
    let beneath: any SegmentStore
    private let counter = Atomic(0)

    init(_ base: any SegmentStore) {
        beneath = base
    }

    var reservations: Int { counter.load(ordering: .relaxed) }

    func reserve(_ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?) async throws(FrondError)
        -> Segment
    {
        counter.add(1, ordering: .relaxed)
        return try await beneath.reserve(tag, atLeast: demand, after: floor)
    }
}
