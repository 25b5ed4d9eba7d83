public import Logging
import Synchronization

/// Holds a worker ID for a ``SnowflakeGenerator`` in a ``WorkerRegistry``, as long as it runs.
///
/// ``run()`` takes a worker ID, moves its horizon on, takes another one when it was lost or when the clock has gone
/// wrong, and gives it back at the end. The decisions are ``HorizonStateMachine``'s.
public final class WorkerKeeper: Sendable {
    private enum Event: Sendable {
        case tick, starved, stop
        case acquired(Int, Result<WorkerLease, FrondError>, length: Duration)
        case extended(Int, of: WorkerLease, Result<WorkerLease, FrondError>)
        case released(Int)

        var isRefusal: Bool {
            if case .acquired(_, .failure, _) = self { true } else { false }
        }
    }

    public let generator: SnowflakeGenerator
    public let registry: any WorkerRegistry
    public let policy: WorkerPolicy

    private let currentHolder: Mutex<WorkerHolder>
    private let machine: Mutex<HorizonStateMachine>
    private let logger: Logger
    private let onLost: @Sendable (FrondError) -> Void
    private let executor: (any TaskExecutor)?
    private let events: AsyncStream<Event>
    private let eventSource: AsyncStream<Event>.Continuation
    private let wasRun = Atomic(false)
    private let hasEnded = Atomic(false)
    /// Ends when a worker ID can be used or the registry has refused one.
    private let firstAnswer: AsyncStream<Void>
    private let firstAnswerSource: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - logger: gets lines at debug level; silent by default.
    ///   - executor: runs the renewals; a ``ThreadExecutor`` keeps them from waiting behind other work of the process.
    ///   - onLost: called when another holder has the worker ID, and this one has stopped issuing with it.
    public init(
        generator: SnowflakeGenerator, registry: any WorkerRegistry, holder: WorkerHolder,
        policy: WorkerPolicy = WorkerPolicy(), logger: Logger? = nil, executor: (any TaskExecutor)? = nil,
        onLost: @escaping @Sendable (FrondError) -> Void = { _ in }
    ) {
        self.generator = generator
        self.registry = registry
        self.policy = policy
        currentHolder = Mutex(holder)
        self.logger = logger ?? .silent
        self.onLost = onLost
        self.executor = executor
        machine = Mutex(
            HorizonStateMachine(
                policy: policy, traits: registry.traits, tickMilliseconds: generator.layout.tickMilliseconds,
                seed: .random(in: 0 ... .max), now: generator.clock.source.monotonic))
        (events, eventSource) = AsyncStream.makeStream()
        (firstAnswer, firstAnswerSource) = AsyncStream.makeStream()
    }

    /// Holds a worker ID until the task is cancelled; then stops the generator and gives the worker ID back. Once.
    ///
    /// It returns within ``WorkerPolicy/callLimit`` of the cancellation, whatever the registry does.
    /// - Throws: where there is no worker ID at the start and the policy says to fail then, or where trying again is of
    ///   no use: `workerIDsExhausted`, `registryUnavailable`, `workerIDHeld`, `storeCorrupt`, `invalidArgument`.
    public func run() async throws(FrondError) {
        precondition(!wasRun.exchange(true, ordering: .relaxed), "a keeper runs once")
        generator.signals.onStarved { [eventSource] in eventSource.yield(.starved) }
        // The loop must outlive the cancellation, which it is told of as an event, to give the worker ID back.
        let loop = Task(executorPreference: executor) { await self.loop() }
        let outcome = await withTaskCancellationHandler {
            await loop.value
        } onCancel: {
            eventSource.yield(.stop)
        }
        generator.signals.onStarved(nil)
        try outcome.get()
    }

    /// The time for which a worker ID of this registry is held before it is used.
    package var settlingTime: Duration { registry.traits.isApart ? policy.settlingTime : .zero }

    /// Waits, while ``run()`` runs elsewhere, until a worker ID can be used or the registry has said why not; once, by
    /// one task.
    /// - Returns: true where the keeper goes on; false where ``run()`` has ended.
    package func waitForFirstAnswer(atMost limit: Duration) async -> Bool {
        let alarm = Task { [firstAnswerSource, source = generator.clock.source] in
            await source.sleep(until: source.monotonic + limit)
            firstAnswerSource.finish()
        }
        for await _ in firstAnswer {}
        alarm.cancel()
        return !hasEnded.load(ordering: .acquiring)
    }

    /// The holder that is recorded with the next worker ID that is taken: an address that is not known at first is set
    /// before ``run()``.
    public var holder: WorkerHolder {
        get { currentHolder.withLock { $0 } }
        set { currentHolder.withLock { $0 = newValue } }
    }

    /// The worker ID that is held, and the state of the clock.
    public var status: WorkerStatus {
        let clock = generator.clockState
        let now = generator.clock.milliseconds
        let (lease, failure, isSettling) = machine.withLock { ($0.lease, $0.failure, $0.isSettling) }
        var status = WorkerStatus(
            workerID: lease?.workerID, token: lease?.token, horizonMilliseconds: lease?.horizonMilliseconds,
            clock: clock, problem: failure.map { "\($0)" }, isReady: false)
        if case .behind(let behind) = clock, generator.behind(milliseconds: now) > .zero {
            status.problem = "the clock is \(behind) behind the last ID"
        } else if let lease, isSettling {
            status.problem = status.problem ?? "worker ID \(lease.workerID) was just taken and is not used yet"
        } else if let lease, lease.horizonMilliseconds > now {
            status.isReady = generator.isOpen
        } else if status.problem == nil {
            status.problem = lease == nil ? "no worker ID yet" : "the horizon has passed and is not moved yet"
        }
        return status
    }

    // MARK: Driving the machine

    private func loop() async -> Result<Void, FrondError> {
        var timer: Task<Void, Never>?
        defer { timer?.cancel() }
        var next: Event? = .tick
        var iterator = events.makeAsyncIterator()
        while let event = next {
            let effects = handle(event)
            if let end = effects.end { return ended(end) }
            timer?.cancel()
            timer = effects.wakeAt.map { deadline in
                Task(executorPreference: executor) { [eventSource, source = generator.clock.source] in
                    await source.sleep(until: deadline)
                    if !Task.isCancelled { eventSource.yield(.tick) }
                }
            }
            next = await iterator.next()
        }
        return ended(.success(()))
    }

    private func ended(_ end: Result<Void, FrondError>) -> Result<Void, FrondError> {
        let shutDown = FrondError(.shutDown, "the snowflake generator is shut down", retryAfter: .seconds(1))
        if case .failure(let error) = end {
            generator.signals.failure = error
        } else {
            generator.signals.failure = shutDown
        }
        hasEnded.store(true, ordering: .releasing)
        firstAnswerSource.finish()
        return end
    }

    private func handle(_ event: Event) -> HorizonStateMachine.Effects {
        var effects = machine.withLock { [now] machine in
            switch event {
            case .tick: machine.tick(now)
            case .starved: machine.starved(now)
            case .stop: machine.stop(now)
            case .acquired(let number, let result, let length):
                machine.acquired(number, result, length: length, now)
            case .extended(let number, let lease, let result): machine.extended(number, of: lease, result, now)
            case .released(let number): machine.released(number, now)
            }
        }
        let lost = effects.lost
        let isUsable = effects.install != nil
        perform(effects)
        while effects.closes {
            let end = generator.close()
            logger.debug("worker ID dropped", [.horizon: "\(end)"])
            effects = machine.withLock { [now] in $0.closed(issuedUntil: end, now) }
            perform(effects)
        }
        generator.signals.failure = machine.withLock { $0.failure }
        generator.signals.settled()
        if effects.end == nil, isUsable || event.isRefusal { firstAnswerSource.finish() }
        if let lost { onLost(lost) }
        return effects
    }

    private var now: HorizonStateMachine.Moment {
        let (milliseconds, state) = generator.clock.observe()
        var jump = Duration.zero
        if case .ahead(let difference) = state { jump = difference }
        return HorizonStateMachine.Moment(
            monotonic: generator.clock.source.monotonic, milliseconds: milliseconds,
            behind: generator.behind(milliseconds: milliseconds), jump: jump)
    }

    private func perform(_ effects: HorizonStateMachine.Effects) {
        if effects.acceptsClock { generator.clock.accept() }
        if let lease = effects.install {
            generator.install(lease)
            logger.debug(
                "worker ID taken",
                [
                    .workerID: "\(lease.workerID)", .token: "\(lease.token)",
                    .horizon: "\(lease.horizonMilliseconds)",
                ])
        }
        if let horizon = effects.raise { generator.raise(horizonMilliseconds: horizon) }
        for (number, call) in effects.calls {
            Task(executorPreference: executor) { await self.perform(call, number) }
        }
    }

    private func perform(_ call: HorizonStateMachine.Call, _ number: Int) async {
        let milliseconds = generator.clock.milliseconds
        switch call {
        case .acquire(let length):
            let request = WorkerRequest(
                holder: holder, workerIDs: generator.layout.workerIDs, nowMilliseconds: milliseconds, length: length,
                layout: generator.layout)
            let result = await outcome { () async throws(FrondError) in try await registry.acquire(request) }
            eventSource.yield(.acquired(number, result, length: length))
        case .extend(let lease, let horizon):
            let result = await outcome { () async throws(FrondError) in
                try await registry.extend(lease, to: horizon, nowMilliseconds: milliseconds)
            }
            eventSource.yield(.extended(number, of: lease, result))
        case .release(let lease, let horizon):
            let result = await outcome { () async throws(FrondError) in
                try await registry.release(lease, at: horizon, nowMilliseconds: milliseconds)
                return lease
            }
            if case .success = result {
                logger.debug("worker ID given back", [.workerID: "\(lease.workerID)", .horizon: "\(horizon)"])
            }
            eventSource.yield(.released(number))
        }
    }

    private func outcome(
        _ call: () async throws(FrondError) -> WorkerLease
    ) async -> Result<WorkerLease, FrondError> {
        do throws(FrondError) {
            return .success(try await call())
        } catch {
            logger.debug("the registry of worker IDs refused", [.error: "\(error)"])
            return .failure(error)
        }
    }
}
