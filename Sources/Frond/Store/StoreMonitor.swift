import Synchronization

/// Whether a store answers, for the generators of all its tags and for readiness.
package final class StoreMonitor: Sendable {
    private let time: any TimeSource
    private let health = Mutex(StoreHealth())
    private let starved = Atomic(false)

    package init(time: any TimeSource) {
        self.time = time
    }

    /// The error that keeps the store from being asked; nil while it answers.
    var failure: FrondError? { health.withLock { $0.failure } }

    /// Whether a caller went without a number since the store last answered.
    var isStarved: Bool { starved.load(ordering: .relaxed) }

    /// A caller was told this; where the store did not answer, it went without a number.
    func noteOutcome(_ error: FrondError) {
        if error.code == .storeUnavailable, !error.isOfOneTag { starved.store(true, ordering: .relaxed) }
    }

    /// Whether the store may be called now.
    package func admit() -> StoreHealth.Admission {
        let now = time.monotonic
        return health.withLock { $0.admit(now: now) }
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

    /// Asks a store that failed for something small, if a probe is due.
    /// - Returns: why it does not answer; nil if it does.
    func check<Value>(_ probe: () async throws(FrondError) -> Value) async -> FrondError? {
        guard failure != nil, case .admitted = admit() else { return failure }
        _ = await call(probe)
        return failure
    }

    private func noteAnswer() {
        health.withLock { $0.succeeded() }
        starved.store(false, ordering: .relaxed)
    }

    private func note(_ error: FrondError) {
        switch error.code {
        case .storeUnavailable where !error.isOfOneTag, .timedOut, .cancelled:
            let now = time.monotonic
            let jitter = Double.random(in: 0...1)
            health.withLock { $0.failed(error, now: now, jitter: jitter) }
        default:
            // The store answered; what it said concerns one tag.
            noteAnswer()
        }
    }
}
