public import Logging
import Synchronization

/// Numbers of one tag drawn from a counter, one round trip for all callers that wait at the same time.
///
/// Throughput grows with load: while a draw is in flight, callers gather for the next. Numbers are given out in order
/// of arrival, and each was drawn after its caller asked: where the store's numbers grow, so do those that one caller
/// sees, and those of callers that follow each other on different servers.
public final class CounterGenerator: IDGenerator, TagGenerator {
    /// Takes what a caller waits for, on whatever thread.
    private typealias Waiter = @Sendable (Result<[NumberRun], FrondError>) -> Void

    public let tag: Tag
    private let source: CounterSource
    private let queue: Mutex<CounterQueue<Waiter>>
    private let callers = Atomic<Int64>(0)

    /// - Parameters:
    ///   - store: where numbers are drawn; may be shared by any number of generators and processes.
    ///   - logger: gets lines at debug level; silent by default.
    public convenience init(
        tag: Tag, store: any CounterStore, policy: CounterPolicy = CounterPolicy(),
        time: any TimeSource = SystemTimeSource(), logger: Logger? = nil
    ) {
        self.init(
            tag: tag,
            source: CounterSource(store: store, tags: nil, policy: policy, time: time, logger: logger ?? .silent))
    }

    init(tag: Tag, source: CounterSource) {
        self.tag = tag
        self.source = source
        queue = Mutex(CounterQueue(tag: tag, policy: source.policy))
    }

    // MARK: IDs

    /// Always nil: every number is a question to the store.
    public func nextIfReady() -> Int64? { nil }

    /// - Throws: `unknownTag`, `exhausted`, `storeUnavailable`, `storeCorrupt`, `storeWentBack`, `timedOut`,
    ///   `overloaded`, `shutDown`, `cancelled`.
    public func next() async throws(FrondError) -> Int64 {
        try await nextRuns(count: 1)[0].first
    }

    /// - Parameter count: 1 to 16,777,216.
    /// - Throws: as ``next()``; `invalidArgument` for another count.
    public func next(count: Int) async throws(FrondError) -> [Int64] {
        try await nextRuns(count: count).flatMap(Array.init)
    }

    /// Exactly `count` numbers as runs, in order.
    package func nextRuns(count: Int) async throws(FrondError) -> [NumberRun] {
        try checkCount(count)
        let id = newCaller()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enter(id, count: count) { continuation.resume(returning: $0) }
                // Cancelled before it began to wait: the handler below found no waiter.
                if Task.isCancelled { update { $0.cancelled(id: id) } }
            }
        } onCancel: {
            update { $0.cancelled(id: id) }
        }
        return try outcome.get()
    }

    /// Has exactly `count` numbers delivered as runs, in order, or an error: within the generator's bound, on whatever
    /// thread, and perhaps before this returns.
    /// - Parameter count: 1 to 16,777,216.
    package func requestRuns(
        count: Int, deliver: @escaping @Sendable (Result<[NumberRun], FrondError>) -> Void
    ) {
        do throws(FrondError) {
            try checkCount(count)
            enter(newCaller(), count: count, waiter: deliver)
        } catch {
            deliver(.failure(error))
        }
    }

    // MARK: Driving the queue

    private func newCaller() -> Int64 { callers.wrappingAdd(1, ordering: .relaxed).newValue }

    private func enter(_ id: Int64, count: Int, waiter: @escaping Waiter) {
        let now = source.time.monotonic
        update { $0.enter(id, count: count, waiter: waiter, now: now) }
    }

    /// Lets an event happen and performs its effects outside the lock.
    private func update(_ event: (inout CounterQueue<Waiter>) -> CounterQueue<Waiter>.Effects) {
        let effects = queue.withLock { event(&$0) }
        if let count = effects.draw { draw(count) }
        for delivery in effects.deliveries {
            if case .failure(let error) = delivery.outcome { source.monitor.recordFailure(error) }
            delivery.waiter(delivery.outcome)
        }
        if let deadline = effects.wakeAt {
            source.alarm.ring(at: deadline) { [self] in
                update { $0.timerFired(now: source.time.monotonic) }
            }
        }
    }

    private func draw(_ count: Int) {
        switch source.monitor.admit() {
        case .refused(let error):
            update { $0.drawRefused(error) }
        case .admitted:
            Task { [self] in
                let result = await source.draw(tag, count: count)
                switch result {
                case .success(let runs): update { $0.drawn(runs) }
                case .failure(let error): update { $0.drawFailed(error) }
                }
            }
        }
    }

    // MARK: The end

    /// Stops giving out numbers and lets the draw in flight end. Callers that wait get `shutDown`.
    /// - Parameter limit: how long the draw in flight is waited for.
    public func shutdown(within limit: Duration = .seconds(5)) async {
        stop()
        _ = await withDeadline(limit, by: source.time, shieldsCancellation: true) { [self] in await finish() }
    }

    func stop() {
        update { $0.stop() }
    }

    func finish() async {
        _ = await withCheckedContinuation { continuation in
            update { $0.close { continuation.resume(returning: $0) } }
        }
    }

    /// Ends a generator whose tag was never found; false if it had numbers or a caller waits for some.
    func closeIfUnused() -> Bool {
        queue.withLock { $0.closeIfUnused() }
    }
}
