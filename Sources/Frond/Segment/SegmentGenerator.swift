public import Logging
import Synchronization

/// Numbers of one tag from segments reserved in a store, double-buffered.
///
/// The usual ID costs one atomic add: claim a slot, read the window that covers it. Everything else goes through the
/// ``SegmentBuffer`` under a mutex, whose effects are performed outside it.
///
/// IDs of one generator are strictly increasing, until the tag begins a new cycle. Fetches run in tasks of their own,
/// one at a time; ``shutdown()`` waits for the last and gives the unused numbers back.
public final class SegmentGenerator: IDGenerator, TagGenerator {
    private typealias Waiter = CheckedContinuation<Result<Claimed, FrondError>, Never>

    /// The tag whose numbers it issues.
    public let tag: Tag
    private let source: SegmentSource
    private let window = PublishedWindow()
    private let cursor = SlotCursor()
    private let buffer: Mutex<SegmentBuffer<Waiter>>

    /// - Parameters:
    ///   - store: the store that reserves the numbers, or the ``StoreView`` that the process has of it; shared by any
    ///     number of generators and processes.
    ///   - logger: gets lines at debug level; silent by default.
    public convenience init(
        tag: Tag, store: any SegmentStore, policy: SegmentPolicy = SegmentPolicy(),
        time: any TimeSource = SystemTimeSource(), logger: Logger? = nil
    ) {
        let view = StoreView.of(store, time: time)
        self.init(tag: tag, source: SegmentSource(view: view, policy: policy, time: time, logger: logger ?? .silent))
    }

    init(tag: Tag, source: SegmentSource) {
        self.tag = tag
        self.source = source
        buffer = Mutex(SegmentBuffer(tag: tag, policy: source.policy))
    }

    // MARK: IDs

    public func nextIfReady() -> Int64? {
        let slot = cursor.claim()
        return window.numbers(of: slot..<(slot &+ 1))?.first ?? nextSlowly(slot)
    }

    /// - Throws: `unknownTag`, `exhausted`, `storeUnavailable`, `storeWentBack`, `timedOut`, `overloaded`,
    ///   `shutDown`, `cancelled`.
    public func next() async throws(FrondError) -> Int64 {
        while true {
            let slot = cursor.claim()
            if let numbers = window.numbers(of: slot..<(slot &+ 1)) { return numbers.first }
            let claimed = try await wait(for: slot..<(slot + 1))
            if let numbers = claimed.numbers.first { return numbers.first }
            // The slot was lost to a switch while this thread slept: take another.
        }
    }

    /// - Parameter count: 1 to 16,777,216.
    /// - Throws: as ``next()``; `invalidArgument` for another count.
    public func next(count: Int) async throws(FrondError) -> [Int64] {
        var numbers: [Int64] = []
        for run in try await nextRuns(count: count) { numbers.append(contentsOf: run) }
        return numbers
    }

    /// `count` numbers in a row if they can be had at once; nil where the caller would have to wait, where the numbers
    /// left in the segment are fewer, or where it is time to fetch the next one.
    /// - Parameter count: 1 or more, and few enough that losing them does not matter: where another thread claims at
    ///   the same moment that this returns nil, they are a gap.
    package func nextRunIfReady(count: Int) -> NumberRun? {
        // Looks first: what is claimed for nothing while the store is down is missed later.
        guard window.reaches(cursor.value + Int64(count)) else { return nil }
        let slots = cursor.claim(count: Int64(count))
        guard let numbers = window.numbers(of: slots) else {
            cursor.giveBack(slots)
            return nil
        }
        return numbers
    }

    /// Exactly `count` numbers from what is reserved already, without a wait for a store that is down; nil where that
    /// is not enough. The store is then asked in the background, if that is due.
    package func nextRunsInHand(count: Int) async throws(FrondError) -> [NumberRun]? {
        try checkCount(count)
        if count == 1 { return nextIfReady().map { [NumberRun(first: $0, count: 1)] } }
        guard buffer.withLock({ $0.left(cursor: cursor.value) }) >= Int64(count) else {
            let now = source.time.monotonic
            update { $0.prefetch(now: now) }
            return nil
        }
        return try await nextRuns(count: count)
    }

    /// Exactly `count` numbers as runs, in order.
    package func nextRuns(count: Int) async throws(FrondError) -> [NumberRun] {
        try checkCount(count)
        if source.monitor.isDown { try lookBeforeClaiming(Int64(count)) }
        var missing = Int64(count)
        var runs: [NumberRun] = []
        while missing > 0 {
            let slots = cursor.claim(count: missing)
            if let numbers = window.numbers(of: slots) {
                runs.append(numbers)
                return runs
            }
            let claimed = try await wait(for: slots)
            runs.append(contentsOf: claimed.numbers)
            missing = claimed.lostSlots
        }
        return runs
    }

    /// While the store is known to be down: refuses what is more than there is, before the claim uses that up for
    /// nothing.
    private func lookBeforeClaiming(_ count: Int64) throws(FrondError) {
        guard let failure = source.monitor.failure else { return }
        let left = buffer.withLock { $0.left(cursor: cursor.value) }
        // Where nothing is left a claim costs nothing, and is the probe that finds the store well again.
        guard left > 0, count > left else { return }
        source.monitor.recordFailure(failure)
        let now = source.time.monotonic
        update { $0.prefetch(now: now) }
        source.probe()
        throw failure
    }

    /// The segment is used up, or used so far that the next one is to be fetched.
    @inline(never)
    private func nextSlowly(_ slot: Int64) -> Int64? {
        let now = source.time.monotonic
        let outcome = update { $0.claim(slot..<(slot + 1), for: nil, cursor: cursor.value, now: now) }
        if case .success(let claimed) = outcome {
            // A slot without a number was lost to a switch: given back, it would be claimed and lost again and again.
            return claimed.numbers.first?.first
        }
        cursor.giveBack(slot..<(slot + 1))
        return nil
    }

    private func wait(for slots: Range<Int64>) async throws(FrondError) -> Claimed {
        let now = source.time.monotonic
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                update { $0.claim(slots, for: waiter, cursor: cursor.value, now: now) }
                // Cancelled before it began to wait: the handler below found no waiter.
                if Task.isCancelled { cancelWait(for: slots) }
            }
        } onCancel: {
            cancelWait(for: slots)
        }
        return try outcome.get()
    }

    private func cancelWait(for slots: Range<Int64>) {
        update { $0.cancelled(slot: slots.lowerBound) }
    }

    // MARK: Driving the buffer

    /// Lets an event happen, publishes the window if it changed, and performs the effects outside the lock.
    @discardableResult
    private func update(
        _ event: (inout SegmentBuffer<Waiter>) -> SegmentBuffer<Waiter>.Effects
    ) -> Result<Claimed, FrondError>? {
        let effects = buffer.withLock { buffer in
            let effects = event(&buffer)
            if effects.windowChanged { window.publish(buffer.window) }
            return effects
        }
        for delivery in effects.deliveries {
            if case .failure(let error) = delivery.outcome { source.monitor.recordFailure(error) }
            delivery.waiter.resume(returning: delivery.outcome)
        }
        if let deadline = effects.wakeAt {
            source.alarm.ring(at: deadline) { [self] in
                update { $0.timerFired(now: source.time.monotonic) }
            }
        }
        if let request = effects.fetch { fetch(request) }
        return effects.immediate
    }

    private func fetch(_ request: FetchRequest) {
        switch source.monitor.admit() {
        case .refused(let error):
            update { $0.fetchFailed(error, cursor: cursor.value) }
        case .admitted:
            Task { [self] in
                let result = await source.reserve(tag, request)
                let now = source.time.monotonic
                switch result {
                case .success(let segment): update { $0.fetched(segment, cursor: cursor.value, now: now) }
                case .failure(let error): update { $0.fetchFailed(error, cursor: cursor.value) }
                }
            }
        }
    }

    // MARK: The end

    /// Stops issuing, lets the fetch in flight end, and gives the unused numbers back to the store.
    ///
    /// Callers that wait get `shutDown`. Numbers that cannot be given back, because another server reserved since or
    /// the store does not answer, are a gap.
    /// - Parameter limit: how long it may take. A call of the store that does not return goes on by itself.
    public func shutdown(within limit: Duration = .seconds(5)) async {
        stop()
        _ = await withDeadline(limit, by: source.time, shieldsCancellation: true) { [self] in await finish() }
    }

    func stop() {
        update { buffer in
            window.publish(.closed)
            return buffer.stop()
        }
    }

    func finish() async {
        // Waits for the fetch in flight; nothing is left to do if another caller ends the generator.
        let outcome = await withCheckedContinuation { (closer: Waiter) in update { $0.close(for: closer) } }
        guard case .success = outcome else { return }
        // A claim made after this one sees the closed window; every slot before it counts as used.
        let used = cursor.claim()
        for tail in buffer.withLock({ $0.unusedTails(cursor: used) }) where !Task.isCancelled {
            await source.giveBack(tail, of: tag)
        }
    }

    /// Ends a generator whose tag was never found; false if it has numbers or waits for some.
    func closeIfUnused() -> Bool {
        buffer.withLock { $0.closeIfUnused() }
    }
}
