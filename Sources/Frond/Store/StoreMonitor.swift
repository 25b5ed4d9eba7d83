import Synchronization

/// Whether a store answers, for the generators of all its tags and for readiness.
package final class StoreMonitor: Sendable {
    private struct State: Sendable {
        var health = StoreHealth()
        /// What a caller was last told that went without a number since the store last answered.
        var starvation: FrondError?
        /// Whether somebody asks a store that is slow, and not known to be down, for something small.
        var isProbing = false
    }

    private let time: any TimeSource
    private let state = Mutex(State())
    private let down = Atomic(false)

    package init(time: any TimeSource) {
        self.time = time
    }

    /// Whether the store is known to be down: ``failure`` without the lock.
    var isDown: Bool { down.load(ordering: .relaxed) }

    /// The error that keeps the store from being asked; nil while it answers.
    var failure: FrondError? { state.withLock { $0.health.failure } }

    /// What is wrong with the store: it does not answer, or so slowly that a caller went without a number.
    var problem: FrondError? { state.withLock { $0.health.failure ?? $0.starvation } }

    /// Whether a caller went without a number since the store last answered.
    var isStarved: Bool { state.withLock { $0.starvation != nil } }

    /// A caller was told this; where the store is the reason, it went without a number.
    func noteOutcome(_ error: FrondError) {
        guard error.isOfStore, error.code != .cancelled else { return }
        state.withLock { $0.starvation = error }
    }

    /// Whether the store may be called now.
    package func admit() -> StoreHealth.Admission {
        let now = time.monotonic
        return state.withLock { $0.health.admit(now: now) }
    }

    /// Calls the store, once admitted, and notes whether it answered.
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
    /// - Returns: what is wrong with it; nil for nothing.
    func check<Value>(_ probe: () async throws(FrondError) -> Value) async -> FrondError? {
        guard mayProbe() else { return problem }
        _ = await call(probe)
        state.withLock { $0.isProbing = false }
        return problem
    }

    /// The same in the background, without a task where none is due.
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

    /// A caller left before the store answered, which says nothing of the store: callers that leave must not take it from
    /// all others. A probe that was cancelled leaves the store down until the next.
    private func noteCancellation() {
        let now = time.monotonic
        let jitter = Double.random(in: 0...1)
        state.withLock { state in
            if let failure = state.health.failure { state.health.failed(failure, now: now, jitter: jitter) }
        }
    }

    private func note(_ error: FrondError) {
        if error.isCancellation {
            noteCancellation()
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

    fileprivate var isCancellation: Bool { code == .cancelled && scope == .request }
}
