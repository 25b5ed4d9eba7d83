import Frond
import Synchronization

/// A store that a test can exchange for another: a failover.
final class SwitchableStore: ForwardingStore {
    private let current: Mutex<any SegmentStore>

    init(_ store: any SegmentStore) {
        current = Mutex(store)
    }

    func use(_ store: any SegmentStore) {
        current.withLock { $0 = store }
    }

    var beneath: any SegmentStore { current.withLock { $0 } }
}
