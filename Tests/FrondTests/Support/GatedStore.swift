import Frond
import FrondTesting
import Synchronization

/// A store whose reservations wait until the test lets them go, one at a time or all.
final class GatedStore: ForwardingSegmentStore {
    enum Gate {
        /// Let it through to the store.
        case pass
        /// Answer with an error instead.
        case fail(FrondError)
    }

    private struct State {
        var isOpen = false
        var arrivals = 0
        var waiting: [CheckedContinuation<Gate, Never>] = []
        var watcher: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    let base = InMemorySegmentStore()
    var beneath: any SegmentStore { base }
    private let state = Mutex(State())

    /// The number of reservations that were asked for so far.
    var arrivals: Int { state.withLock { $0.arrivals } }

    /// Returns once `count` reservations were asked for in all.
    func waitForArrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.arrivals >= count { return true }
                state.watcher = (count, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Lets the reservation that waits longest go.
    func release(_ gate: Gate = .pass) {
        state.withLock { $0.waiting.removeFirst() }.resume(returning: gate)
    }

    /// Lets every reservation go from now on.
    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: .pass) }
    }

    func reserve(_ tag: Tag, atLeast demand: SegmentDemand?, after floor: SegmentPosition?) async throws(FrondError)
        -> Segment
    {
        let gate = await withCheckedContinuation { continuation in
            let (isOpen, watcher) = state.withLock { state in
                state.arrivals += 1
                if !state.isOpen { state.waiting.append(continuation) }
                guard let watcher = state.watcher, state.arrivals >= watcher.count else {
                    return (state.isOpen, nil as CheckedContinuation<Void, Never>?)
                }
                state.watcher = nil
                return (state.isOpen, watcher.continuation)
            }
            if isOpen { continuation.resume(returning: .pass) }
            watcher?.resume()
        }
        if case .fail(let error) = gate { throw error }
        return try await base.reserve(tag, atLeast: demand, after: floor)
    }
}
