import Logging
import Synchronization

/// What the generators of all tags of one store share.
final class SegmentSource: Sendable {
    let store: any SegmentStore
    let policy: SegmentPolicy
    let time: any TimeSource
    let logger: Logger
    private let health = Mutex(StoreHealth())

    init(store: any SegmentStore, policy: SegmentPolicy, time: any TimeSource, logger: Logger) {
        self.store = store
        self.policy = policy
        self.time = time
        self.logger = logger
    }

    /// The error that keeps the store from being asked; nil while it answers.
    var failure: FrondError? { health.withLock { $0.failure } }

    /// Whether the store may be called now.
    func admit() -> StoreHealth.Admission {
        let now = time.monotonic
        return health.withLock { $0.admit(now: now) }
    }

    /// Reserves, once admitted, and notes whether the store answered.
    func reserve(_ tag: Tag, _ request: FetchRequest) async -> Result<Segment, FrondError> {
        do {
            let segment = try await store.reserve(tag, atLeast: request.count, after: request.floor)
            health.withLock { $0.succeeded() }
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

    private func note(_ error: FrondError) {
        let now = time.monotonic
        let jitter = Double.random(in: 0...1)
        health.withLock { health in
            switch error.code {
            case .storeUnavailable, .timedOut, .cancelled: health.failed(error, now: now, jitter: jitter)
            // The store answered; what it said concerns one tag.
            default: health.succeeded()
            }
        }
    }
}
