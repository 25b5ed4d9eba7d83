import Synchronization

/// IDs of time, worker and sequence, in any ``SnowflakeLayout``: one compare-and-swap each.
///
/// A generator issues while a ``WorkerKeeper`` holds a worker ID for it in a ``WorkerRegistry``, and only ticks below
/// the horizon that is reserved there. IDs of one worker ID are strictly increasing, whatever the clock does; across a
/// change of the worker ID they are, unless a clock that went back far made the change.
///
/// The state of a lease is one 64-bit word that only goes up: to `max(word + 1, now)`. It runs ahead of the clock by
/// ``SnowflakePolicy/maxAhead`` at most; beyond that callers wait, without spinning, until the clock catches up.
public final class SnowflakeGenerator: IDGenerator {
    public let layout: SnowflakeLayout
    public let policy: SnowflakePolicy
    /// The datacenter ID in every ID.
    public let datacenterID: Int64

    let words: SnowflakeWords
    let clock: GuardedClock
    /// The number of callers that wait now.
    let waiters = Atomic<Int>(0)
    let signals = LeaseSignals()

    private let current: Atomic<LeaseReference>
    private let cells: Mutex<LeaseCells>

    /// - Parameter datacenterID: below 2^``SnowflakeLayout/datacenterBits``.
    /// - Throws: `invalidArgument` or `layoutExhausted` for a layout that cannot be used now, and for a datacenter ID
    ///   out of range.
    public init(
        layout: SnowflakeLayout = .leaf, datacenterID: Int64 = 0, policy: SnowflakePolicy = SnowflakePolicy(),
        time: any TimeSource = SystemTimeSource()
    ) throws(FrondError) {
        try layout.check(nowMilliseconds: time.wallMilliseconds)
        guard layout.datacenterIDs.contains(datacenterID) else {
            throw FrondError(
                .invalidArgument,
                "datacenter ID \(datacenterID) is out of range: 0 to \(layout.datacenterIDs.upperBound - 1)")
        }
        self.layout = layout
        self.policy = policy
        self.datacenterID = datacenterID
        words = SnowflakeWords(
            layout: layout, maxAhead: policy.maxAhead, spreadSeed: policy.spreadSeed ?? .random(in: 0 ... .max))
        clock = GuardedClock(time, maxForwardJump: policy.maxForwardJump)
        var cells = LeaseCells()
        current = Atomic(cells.add(.closed))
        self.cells = Mutex(cells)
    }

    // MARK: IDs

    public func nextIfReady() -> Int64? {
        let reference = current.load(ordering: .acquiring)
        let now = words.tick(ofMilliseconds: clock.milliseconds)
        guard let claim = reference.cell.claim(1, now: now, by: words) else { return nil }
        return layout.compose(word: claim.first, identity: reference.cell.identity)
    }

    /// - Throws: `clockMovedBackwards`, `registryUnavailable`, `workerIDsExhausted`, `layoutExhausted`, `timedOut`,
    ///   `overloaded`, `shutDown`, `cancelled`.
    public func next() async throws(FrondError) -> Int64 {
        if let id = nextIfReady() { return id }
        return try await nextAfterWait()
    }

    @inline(never)
    private func nextAfterWait() async throws(FrondError) -> Int64 {
        let wait = Wait(self)
        while true {
            switch claim(1) {
            case .success(let batch): return batch[0]
            case .failure(let stall): try await wait.untilWorthTrying(after: stall)
            }
        }
    }

    /// - Parameter count: 1 to ``maxCount``.
    /// - Throws: as ``next()``; `invalidArgument` for a count out of range.
    public func next(count: Int) async throws(FrondError) -> [Int64] {
        let batches = try await nextBatches(count: count)
        return [Int64](unsafeUninitializedCapacity: count) { ids, position in
            for batch in batches { position = batch.write(to: ids, at: position) }
        }
    }

    /// Exactly `count` IDs in increasing order, each batch by one compare-and-swap; usually one batch.
    package func nextBatches(count: Int) async throws(FrondError) -> [SnowflakeBatch] {
        guard (1...maxCount).contains(count) else {
            throw FrondError(.invalidArgument, "count \(count) is out of range: 1 to \(maxCount)")
        }
        var batches: [SnowflakeBatch] = []
        var missing = count
        var wait: Wait?
        while true {
            switch claim(Int64(missing)) {
            case .success(let batch):
                batches.append(batch)
                missing -= batch.count
                if missing == 0 { return batches }
            case .failure(let stall):
                if wait == nil { wait = Wait(self) }
                try await wait?.untilWorthTrying(after: stall)
            }
        }
    }

    /// IDs that can be had at once, `count` of them or fewer; nil where there is none.
    /// - Parameter count: 1 to ``maxCount``.
    package func nextBatchIfReady(atMost count: Int) -> SnowflakeBatch? {
        guard case .success(let batch) = claim(Int64(count)) else { return nil }
        return batch
    }

    /// The most IDs one call gives: what the layout holds in the wait limit, 2^30 at most.
    public var maxCount: Int {
        let ticks = waitLimit.wholeMilliseconds / layout.tickMilliseconds
        let perTick = layout.sequences.upperBound
        return Int(min(max(1, ticks), (1 << 30) / perTick + 1) * perTick)
    }

    /// The longest wait of a caller.
    var waitLimit: Duration { max(policy.waitLimit, .milliseconds(2 * layout.tickMilliseconds)) }

    private func claim(_ count: Int64) -> Result<SnowflakeBatch, Stall> {
        let reference = current.load(ordering: .acquiring)
        let now = words.tick(ofMilliseconds: clock.milliseconds)
        if let claim = reference.cell.claim(count, now: now, by: words) {
            return .success(
                SnowflakeBatch(layout: layout, identity: reference.cell.identity, words: claim.first..<claim.end))
        }
        let next = reference.cell.next
        guard next >= 0 else { return .failure(.noLease) }
        return .failure(.words(words.stall(next: next, now: now, limit: reference.cell.limit)))
    }

    /// The reason that there is no ID now.
    enum Stall: Error {
        /// No worker ID is held.
        case noLease
        case words(SnowflakeWords.Stall)
    }

    /// True while a worker ID is held.
    var isOpen: Bool { current.load(ordering: .acquiring).cell.next >= 0 }

    // MARK: The clock

    /// The state of the clock: behind what was issued, ahead of what is believed, or neither.
    public var clockState: ClockState {
        let (milliseconds, state) = clock.observe()
        let behind = behind(milliseconds: milliseconds)
        return behind > .zero ? .behind(by: behind) : state
    }

    /// The time until the clock lets an ID be issued; zero where it does, or where there is no lease.
    func behind(milliseconds: Int64) -> Duration {
        let next = current.load(ordering: .acquiring).cell.next
        guard next >= 0 else { return .zero }
        let ticks = words.ticksBehind(next: next, now: words.tick(ofMilliseconds: milliseconds))
        return .milliseconds(ticks * layout.tickMilliseconds)
    }

    // MARK: The lease, for its keeper alone

    /// Begins to issue with a lease. The one before must be closed.
    package func install(_ lease: WorkerLease) {
        let now = words.tick(ofMilliseconds: clock.milliseconds)
        cells.withLock { cells in
            let previous = current.load(ordering: .acquiring).cell.next
            precondition(previous < 0, "a worker ID is dropped before the next is taken")
            let next = words.firstWord(of: lease, after: previous & .max, now: now)
            let cell = LeaseCell(
                identity: layout.identity(datacenterID: datacenterID, workerID: lease.workerID),
                next: next, limit: words.limitWord(horizonMilliseconds: lease.horizonMilliseconds))
            current.store(cells.add(cell), ordering: .releasing)
        }
        signals.settled()
    }

    /// Goes on up to a later horizon of the same lease.
    package func raise(horizonMilliseconds: Int64) {
        cells.withLock { _ in
            current.load(ordering: .acquiring).cell.raise(
                limit: words.limitWord(horizonMilliseconds: horizonMilliseconds))
        }
        signals.settled()
    }

    /// Stops issuing with the lease, for good.
    /// - Returns: the earliest horizon that covers what was issued: milliseconds since 1970-01-01T00:00:00Z.
    @discardableResult
    package func close() -> Int64 {
        cells.withLock { _ in
            words.horizonMilliseconds(below: current.load(ordering: .acquiring).cell.close())
        }
    }
}
