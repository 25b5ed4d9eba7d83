import Logging
import Synchronization

/// What the generators of all tags of one store share.
final class SegmentSource: Sendable {
    let store: any SegmentStore
    let policy: SegmentPolicy
    let time: any TimeSource
    let logger: Logger
    let alarm: Alarm
    private let health = Mutex(StoreHealth())
    private let starved = Atomic(false)

    init(store: any SegmentStore, policy: SegmentPolicy, time: any TimeSource, logger: Logger) {
        self.store = store
        self.policy = policy
        self.time = time
        self.logger = logger
        alarm = Alarm(time: time)
    }

    /// The error that keeps the store from being asked; nil while it answers.
    var failure: FrondError? { health.withLock { $0.failure } }

    /// Whether a caller went without a number since the store last answered.
    var isStarved: Bool { starved.load(ordering: .relaxed) }

    /// Callers went without a number because the store did not answer.
    func noteStarved() { starved.store(true, ordering: .relaxed) }

    /// Asks a store that failed for something small, if a probe is due.
    func check() async -> FrondError? {
        guard failure != nil, case .admitted = admit() else { return failure }
        do {
            // One row, there or not: a list of all tags would be a heavy question to a store that is just coming back.
            _ = try await store.tag(Tag("frond.health"))
            noteAnswer()
        } catch {
            note(error)
        }
        return failure
    }

    /// Whether the store may be called now.
    func admit() -> StoreHealth.Admission {
        let now = time.monotonic
        return health.withLock { $0.admit(now: now) }
    }

    /// Reserves, once admitted, and notes whether the store answered.
    func reserve(_ tag: Tag, _ request: FetchRequest) async -> Result<Segment, FrondError> {
        do {
            let segment = try await store.reserve(tag, atLeast: request.count, after: request.floor)
            noteAnswer()
            logger.debug(
                "segment reserved",
                [.tag: tag.name, .first: "\(segment.first)", .count: "\(segment.count)"])
            return .success(segment)
        } catch {
            note(error)
            logger.debug("no segment reserved", [.tag: tag.name, .error: "\(error)"])
            return .failure(error)
        }
    }

    private func noteAnswer() {
        health.withLock { $0.succeeded() }
        starved.store(false, ordering: .relaxed)
    }

    private func note(_ error: FrondError) {
        switch error.code {
        case .storeUnavailable, .timedOut, .cancelled:
            let now = time.monotonic
            let jitter = Double.random(in: 0...1)
            health.withLock { $0.failed(error, now: now, jitter: jitter) }
        default:
            // The store answered; what it said concerns one tag.
            noteAnswer()
        }
    }
}
