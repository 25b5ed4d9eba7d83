import Synchronization

/// Holds the first that comes until it is opened; lets all others pass.
final class Gate: Sendable {
    private enum State {
        case untouched
        case awaited(CheckedContinuation<Void, Never>)
        case holding(CheckedContinuation<Void, Never>)
        case done
    }

    private let state = Mutex(State.untouched)

    func pass() async {
        await withCheckedContinuation { held in
            let (resumed, watcher) = state.withLock { state in
                switch state {
                case .untouched:
                    state = .holding(held)
                    return (false, nil as CheckedContinuation<Void, Never>?)
                case .awaited(let watcher):
                    state = .holding(held)
                    return (false, watcher)
                case .holding, .done: return (true, nil)
                }
            }
            watcher?.resume()
            if resumed { held.resume() }
        }
    }

    func waitForArrival() async {
        await withCheckedContinuation { watcher in
            let isThere = state.withLock { state in
                if case .untouched = state {
                    state = .awaited(watcher)
                    return false
                }
                return true
            }
            if isThere { watcher.resume() }
        }
    }

    func open() {
        let held = state.withLock { state in
            defer { state = .done }
            if case .holding(let held) = state { return held as CheckedContinuation<Void, Never>? }
            return nil
        }
        held?.resume()
    }
}
