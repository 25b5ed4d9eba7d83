import Synchronization

/// The signals between a generator and the keeper of its worker ID.
final class LeaseSignals: Sendable {
    private struct State: Sendable {
        var failure: FrondError?
        var starved: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let wasAsked = Atomic(false)

    /// The reason that the worker ID or its horizon cannot be had; nil while it can.
    var failure: FrondError? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    /// Sets the call that is made when the horizon is reached before it was moved.
    func onStarved(_ action: (@Sendable () -> Void)?) {
        state.withLock { $0.starved = action }
    }

    /// Asks the keeper for more, once until it has answered.
    func ask() {
        guard !wasAsked.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let action = state.withLock { $0.starved }
        action?()
    }

    /// The keeper has answered: the next one may ask again.
    func settled() {
        wasAsked.store(false, ordering: .releasing)
    }
}
