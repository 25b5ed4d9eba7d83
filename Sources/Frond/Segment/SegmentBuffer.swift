/// The double buffer of one tag: decides, and does nothing else.
///
/// A value without I/O, lock or clock of its own. Each event is a mutating method that takes the time and returns the
/// ``Effects`` its driver must carry out. ``SegmentGenerator`` drives it for real, the simulation in virtual time.
///
/// Every slot is claimed by one caller only, and each window maps its slots to numbers of one reserved segment, once.
/// So no number can go out twice, whatever the interleaving; what can be lost is a slot, and then its number is a gap.
package struct SegmentBuffer<Waiter: Sendable>: Sendable {
    /// The number of earlier windows kept for claims that slept through a switch.
    static var pastWindows: Int { 4 }

    /// The most parts into which a segment is cut, so that claims that no longer wait cost no numbers.
    static var maximumSplits: Int { 64 }

    private enum Fetch: Sendable {
        case idle
        case inFlight(FetchRequest, start: Duration)
    }

    private let tag: Tag
    private let policy: SegmentPolicy
    private var current: Segment?
    private var next: Segment?
    /// Numbers that claims had in hand when they failed: issued before ``next``.
    private var returned: [Segment] = []
    /// The end of the last slots of a claim that no longer waits: a window that reached over them would lose numbers.
    private var abandonedEnd = Int64.min
    package private(set) var window = SegmentWindow.empty
    private var past: [SegmentWindow] = []
    private var fetch = Fetch.idle
    private var step = AdaptiveStep()
    private var queue = WaitQueue<Waiter>()
    private var timerArmed = false
    /// The position up to which the store gave this server numbers of the tag.
    package private(set) var furthest: SegmentPosition?
    package private(set) var isClosed = false
    private var hasCloser = false
    private var closer: Waiter?

    package init(tag: Tag, policy: SegmentPolicy) {
        self.tag = tag
        self.policy = policy
    }

    // MARK: Events

    /// Slots were claimed that are not among the published window's `fastSlots`.
    /// - Parameters:
    ///   - waiter: the caller that waits if the slots are not covered yet; nil for an answer at once.
    ///   - cursor: the next unclaimed slot.
    package mutating func claim(_ slots: Range<Int64>, for waiter: Waiter?, cursor: Int64, now: Duration) -> Effects {
        var effects = Effects()
        var claim = PendingClaim(slots: slots, deadline: now + policy.waitLimit, waiter: waiter)
        guard !isClosed else {
            effects.deliver(.failure(.shutDown(tag)), to: claim)
            return effects
        }
        claim.take(from: past, and: window)
        while !claim.isComplete, queue.isEmpty, let segment = takeReserved(for: claim.slots) {
            install(segment, base: claim.slots.lowerBound, effects: &effects)
            claim.take(from: past, and: window)
        }
        if claim.isComplete {
            effects.deliver(.success(claim.claimed), to: claim)
        } else if waiter != nil {
            enqueue(claim, effects: &effects)
        } else {
            abandon(claim)
        }
        if !claim.isComplete || cursor > window.prefetchAt {
            startFetch(now: now, effects: &effects)
        }
        return effects
    }

    /// The next segment is wanted before it is due.
    package mutating func prefetch(now: Duration) -> Effects {
        var effects = Effects()
        if !isClosed { startFetch(now: now, effects: &effects) }
        return effects
    }

    /// The store reserved a segment.
    package mutating func fetched(_ segment: Segment, cursor: Int64, now: Duration) -> Effects {
        guard case .inFlight(let request, let start) = fetch else {
            preconditionFailure("a segment came that was not asked for")
        }
        guard segment.first >= 0, segment.first < segment.end, segment.step >= 1,
            TagStripe.counts.contains(segment.stride)
        else {
            let message =
                "the store reserved an impossible range for tag '\(tag)': \(segment.first) to \(segment.end) by "
                + "\(segment.stride)"
            return fetchFailed(FrondError(.storeCorrupt, message, retryAfter: .seconds(5)), cursor: cursor)
        }
        if let furthest, segment.start < furthest {
            // A store that ignores the floor it is given: as bad as no answer, and never issued from.
            let message = "the store went back: it reserved \(segment.first) for tag '\(tag)' again"
            return fetchFailed(FrondError(.storeWentBack, message, retryAfter: .seconds(5)), cursor: cursor)
        }
        fetch = .idle
        furthest = segment.finish
        step.fetched(count: request.count, step: segment.step, start: start)
        next = segment
        var effects = Effects()
        guard !isClosed else {
            deliverCloser(effects: &effects)
            return effects
        }
        if !queue.isEmpty {
            serveQueue(effects: &effects)
        } else if cursor >= window.limit, let segment = takeReserved() {
            // Slots that were claimed and dropped while there was nothing to give cost no numbers.
            install(segment, base: cursor, effects: &effects)
        }
        if !queue.isEmpty || (next == nil && cursor > window.prefetchAt) {
            startFetch(now: now, effects: &effects)
        }
        return effects
    }

    /// The store reserved nothing, or nothing that is known.
    package mutating func fetchFailed(_ error: FrondError, cursor: Int64) -> Effects {
        var effects = Effects()
        if case .inFlight(let request, let start) = fetch, error.code == .exhausted, request.needed > 1, !isClosed {
            fetch = .idle
            refuse(request.needed, error, effects: &effects)
            if !queue.isEmpty { startFetch(now: start, effects: &effects) }
            return effects
        }
        fetch = .idle
        failAll(error, effects: &effects)
        if isClosed {
            deliverCloser(effects: &effects)
        } else if cursor < window.limit {
            // Try again when half of what is left is used.
            setPrefetch(at: cursor + (window.limit - cursor) / 2, effects: &effects)
        }
        return effects
    }

    /// The time asked for in ``Effects/wakeAt`` has come.
    package mutating func timerFired(now: Duration) -> Effects {
        timerArmed = false
        var effects = Effects()
        for claim in queue.takeExpired(now: now) {
            effects.deliver(.failure(.timedOut(tag, after: policy.waitLimit)), to: claim)
            putBack(claim)
        }
        serveQueue(effects: &effects)
        armTimer(effects: &effects)
        return effects
    }

    /// The caller that claimed `slot` first no longer waits.
    package mutating func cancelled(slot: Int64) -> Effects {
        var effects = Effects()
        if let claim = queue.remove(firstClaimed: slot) {
            effects.deliver(.failure(.cancelled(tag)), to: claim)
            putBack(claim)
            serveQueue(effects: &effects)
        }
        return effects
    }

    /// Nothing is to be issued any more.
    package mutating func stop() -> Effects {
        var effects = Effects()
        isClosed = true
        failAll(.shutDown(tag), effects: &effects)
        return effects
    }

    /// Stops. `closer` is delivered once no fetch is in flight; then ``unusedTails(cursor:)`` says what can be given
    /// back. A second caller gets `shutDown` at once.
    package mutating func close(for closer: Waiter) -> Effects {
        var effects = stop()
        guard !hasCloser else {
            effects.deliveries.append(Delivery(waiter: closer, outcome: .failure(.shutDown(tag))))
            return effects
        }
        hasCloser = true
        self.closer = closer
        if case .idle = fetch { deliverCloser(effects: &effects) }
        return effects
    }

    /// Closes a buffer that never had a segment and waits for none: its tag does not exist.
    package mutating func closeIfUnused() -> Bool {
        guard case .idle = fetch, furthest == nil, queue.isEmpty else { return false }
        isClosed = true
        return true
    }

    /// The numbers that a closed buffer reserved and did not issue, in the order in which they can be given back;
    /// empties the buffer.
    /// - Parameter cursor: as it stood after the published window was closed.
    package mutating func unusedTails(cursor: Int64) -> [Segment] {
        precondition(isClosed, "a tail is given back only once nothing can be issued from it")
        var parts = returned
        if var tail = current {
            tail.first = window.number(of: min(max(cursor, window.base), window.limit))
            parts.insert(tail, at: 0)
        }
        if let next { parts.append(next) }
        current = nil
        next = nil
        returned = []
        window = .closed
        var tails: [Segment] = []
        for part in parts where part.count > 0 {
            // Where another reserved in between, or a part is of another database, one may be taken back without the
            // other.
            if let last = tails.last, part.follows(last) {
                tails[tails.count - 1] = last.joined(with: part)
            } else {
                tails.append(part)
            }
        }
        return tails.reversed()
    }

    // MARK: Looks

    /// The number of numbers that can be claimed without the store.
    package func left(cursor: Int64) -> Int64 {
        max(0, window.limit - max(cursor, window.base)) + returned.reduce(next?.count ?? 0) { $0 + $1.count }
    }

    // MARK: Steps

    private mutating func install(_ segment: Segment, base: Int64, effects: inout Effects) {
        if window.base < window.limit {
            past.append(window)
            if past.count > Self.pastWindows { past.removeFirst() }
        }
        let beforeFetch = Int64(Double(segment.count - 1) * policy.prefetchFraction)
        window = SegmentWindow(
            base: base, limit: base + segment.count, stride: segment.stride,
            offset: segment.first &- base &* segment.stride, prefetchAt: base + beforeFetch)
        current = segment
        effects.windowChanged = true
    }

    /// The segment to be issued after the current one.
    private mutating func takeReserved() -> Segment? {
        returned.isEmpty ? next.take() : returned.removeFirst()
    }

    /// The segment to be issued from these slots on; cut behind them where slots of abandoned claims may follow.
    private mutating func takeReserved(for slots: Range<Int64>) -> Segment? {
        guard var segment = takeReserved() else { return nil }
        let count = slots.upperBound - slots.lowerBound
        if slots.upperBound < abandonedEnd, count < segment.count {
            returned.insert(segment.split(after: count), at: 0)
        }
        return segment
    }

    /// The slots of a claim get no numbers.
    private mutating func abandon(_ claim: PendingClaim<Waiter>) {
        abandonedEnd = max(abandonedEnd, claim.slots.upperBound)
    }

    /// Gives the waiting claims what is reserved. Slots of claims that no longer wait get no numbers.
    private mutating func serveQueue(effects: inout Effects) {
        var splits = 0
        while let first = queue.firstSlot, var segment = takeReserved() {
            let run = queue.firstRun
            let isFollowed = !queue.isOneRun || first + run < abandonedEnd
            if splits < Self.maximumSplits, isFollowed, run < segment.count {
                returned.insert(segment.split(after: run), at: 0)
                splits += 1
            }
            install(segment, base: first, effects: &effects)
            for claim in queue.take(from: window) { effects.deliver(.success(claim.claimed), to: claim) }
        }
    }

    // MARK: Failing

    private mutating func failAll(_ error: FrondError, effects: inout Effects) {
        for claim in queue.takeAll() {
            effects.deliver(.failure(error), to: claim)
            putBack(claim)
        }
    }

    /// The store has fewer numbers left than `needed`: claims that need as many fail, the others go on.
    private mutating func refuse(_ needed: Int64, _ error: FrondError, effects: inout Effects) {
        while queue.firstWanted >= needed, let claim = queue.removeFirst() {
            effects.deliver(.failure(error), to: claim)
            putBack(claim)
            serveQueue(effects: &effects)
        }
    }

    /// Takes the numbers that a failed claim had in hand back, to issue them first: they are the last of the window, or
    /// of the last windows, and no higher number of this tag is out.
    private mutating func putBack(_ claim: PendingClaim<Waiter>) {
        abandon(claim)
        guard claim.tookAllUpTo(window), let current else { return }
        // Their slots were this claim's, and no caller claims them again.
        past.removeAll { $0.base >= claim.firstClaimed }
        for index in past.indices { past[index].limit = min(past[index].limit, claim.firstClaimed) }
        window.limit = max(window.base, min(window.limit, claim.firstClaimed))
        for run in claim.claimed.numbers {
            let last = run[run.count - 1]
            var segment = current
            segment.first = run.first
            segment.end = last + 1
            segment.stride = run.stride
            // Of an earlier reservation: too late to be given back.
            if last != current.end - 1 { segment.secret = nil }
            returned.append(segment)
        }
    }

    private mutating func startFetch(now: Duration, effects: inout Effects) {
        guard case .idle = fetch, next == nil, returned.isEmpty else { return }
        let wanted = min(queue.slotsWanted, policy.maxStep)
        var count = step.count(now: now, policy: policy)
        if wanted > 1 { count = max(count ?? wanted, wanted) }
        let request = FetchRequest(count: count, needed: max(1, queue.firstWanted), floor: furthest)
        fetch = .inFlight(request, start: now)
        setPrefetch(at: .max, effects: &effects)
        effects.fetch = request
    }

    private mutating func setPrefetch(at slot: Int64, effects: inout Effects) {
        guard window.prefetchAt != slot else { return }
        window.prefetchAt = slot
        effects.windowChanged = true
    }

    private mutating func enqueue(_ claim: PendingClaim<Waiter>, effects: inout Effects) {
        guard queue.count < policy.maxWaiters else {
            effects.deliver(.failure(.overloaded(tag, waiting: queue.count)), to: claim)
            abandon(claim)
            return
        }
        queue.insert(claim)
        armTimer(effects: &effects)
    }

    private mutating func armTimer(effects: inout Effects) {
        guard !timerArmed, let deadline = queue.earliestDeadline else { return }
        timerArmed = true
        effects.wakeAt = deadline
    }

    private mutating func deliverCloser(effects: inout Effects) {
        guard let waiter = closer.take() else { return }
        effects.deliveries.append(Delivery(waiter: waiter, outcome: .success(Claimed())))
    }
}
