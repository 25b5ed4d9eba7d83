import Synchronization

/// The health of a store, for every part of the process that asks it and for readiness.
package final class StoreMonitor: Sendable {
    private struct State: Sendable {
        var health = StoreHealthStateMachine()
        /// The error of the last caller that went without a number since the store last answered.
        var starvation: FrondError?
        /// True while a store that is slow, and not known to be down, is being probed.
        var isProbing = false
    }

    private let time: any TimeSource
    private let state = Mutex(State())
    private let down = Atomic(false)

    package init(time: any TimeSource) {
        self.time = time
    }

    /// True while the store is known to be down: ``failure`` without the lock.
    package var isDown: Bool { down.load(ordering: .relaxed) }

    /// The error that keeps the store from being asked; nil while it answers.
    package var failure: FrondError? { state.withLock { $0.health.failure } }

    /// The problem of the store: it does not answer, or so slowly that a caller went without a number.
    var problem: FrondError? { state.withLock { $0.health.failure ?? $0.starvation } }

    /// True if a caller went without a number since the store last answered.
    var isStarved: Bool { state.withLock { $0.starvation != nil } }

    /// Records the error of a caller, which went without a number if the store is the reason.
    func recordFailure(_ error: FrondError) {
        guard error.isOfStore, error.code != .cancelled else { return }
        state.withLock { $0.starvation = error }
    }

    /// Asks to call the store now.
    package func admit() -> StoreHealthStateMachine.Admission {
        let now = time.monotonic
        return state.withLock { $0.health.admit(now: now) }
    }

    /// Calls the store for a caller that was admitted, and records if it answered.
    package func call<Value>(_ body: () async throws(FrondError) -> Value) async -> Result<Value, FrondError> {
        do {
            let value = try await body()
            noteAnswer()
            return .success(value)
        } catch {
            note(error)
            return .failure(error)
        }
    }

    /// Asks a store with a problem for something small, if a probe is due.
    /// - Returns: the problem that remains; nil if the store answers.
    func check<Value>(_ probe: () async throws(FrondError) -> Value) async -> FrondError? {
        guard mayProbe() else { return problem }
        _ = await call(probe)
        state.withLock { $0.isProbing = false }
        return problem
    }

    /// Does the same in the background, and starts a task only if a probe is due.
    func probe(_ probe: @escaping @Sendable () async throws(FrondError) -> Void) {
        guard mayProbe() else { return }
        Task { [self] in
            _ = await call(probe)
            state.withLock { $0.isProbing = false }
        }
    }

    /// One at a time.
    private func mayProbe() -> Bool {
        let now = time.monotonic
        return state.withLock { state in
            if state.health.failure != nil {
                if case .admitted = state.health.admit(now: now) { return true }
                return false
            }
            guard state.starvation != nil, !state.isProbing else { return false }
            state.isProbing = true
            return true
        }
    }

    private func noteAnswer() {
        state.withLock { state in
            state.health.succeeded()
            state.starvation = nil
            down.store(false, ordering: .relaxed)
        }
    }

    /// Leaves the health as it is: a caller that left before the answer must not take the store from all others, and
    /// one that was refused before the question must not bring it back. A cancelled probe leaves the store down until
    /// the next.
    private func noteNothing() {
        let now = time.monotonic
        let jitter = Double.random(in: 0...1)
        state.withLock { state in
            if let failure = state.health.failure { state.health.failed(failure, now: now, jitter: jitter) }
        }
    }

    private func note(_ error: FrondError) {
        if error.saysNothingOfTheStore {
            noteNothing()
            return
        }
        guard error.isOfStore else {
            // The store answered; what it said concerns one tag.
            noteAnswer()
            return
        }
        let now = time.monotonic
        let jitter = Double.random(in: 0...1)
        state.withLock { state in
            state.health.failed(error, now: now, jitter: jitter)
            down.store(true, ordering: .relaxed)
        }
    }
}

extension FrondError {
    /// True if the store did not answer; false if it answered and refused one tag.
    fileprivate var isOfStore: Bool { scope == .store }

    /// True if the question may not have reached the store: the caller left, waited in a queue that is full, or asked
    /// for something that cannot be.
    package var saysNothingOfTheStore: Bool {
        switch code {
        case .cancelled: scope == .request
        case .overloaded, .invalidArgument, .shutDown: scope != .store
        default: false
        }
    }
}
