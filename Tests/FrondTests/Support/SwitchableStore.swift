import Frond
import FrondTesting
import Synchronization

/// A store that a test can exchange for another: a failover.
final class SwitchableStore: ForwardingSegmentStore {
    private let current: Mutex<any SegmentStore>

    init(_ store: any SegmentStore) {
        current = Mutex(store)
    }

    func use(_ store: any SegmentStore) {
        current.withLock { $0 = store }
    }

    var beneath: any SegmentStore { current.withLock { $0 } }
}
