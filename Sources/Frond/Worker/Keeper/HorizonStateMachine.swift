/// The decisions that take a worker ID, keep its horizon ahead of the clock, and give it back.
///
/// A value without I/O, lock or clock of its own. Each event is a mutating method that takes the time and returns the
/// ``Effects`` its driver must carry out. ``WorkerKeeper`` drives it for real, the simulation in virtual time.
///
/// No event has to come in time for IDs to be unique: what may be issued is bounded by the horizon alone, which moves
/// only when the registry has confirmed it. A call whose outcome is not known moves nothing here; the next one finds
/// out what it did.
package struct HorizonStateMachine: Sendable {
    private struct Holding: Sendable {
        var lease: WorkerLease
        /// The distance to the horizon when it was last moved.
        var length: Duration
        /// The call that moves the horizon or checks the lease.
        var renewal: PendingCall?
        /// The earliest time of the next call.
        var retryAt: Duration
        /// The time of the last answer that confirmed the lease.
        var confirmedAt: Duration
        /// Set until the lease may be used.
        var settling: Settling?
        /// The time at which the clock was first seen behind the last ID.
        var behindSince: Duration?
    }

    /// The wait before a lease of a registry that lives apart is used.
    private struct Settling: Sendable {
        /// The time from which a call that confirms the lease ends the wait.
        var until: Duration
        /// The number of that call.
        var confirmation: Int?
    }

    private struct PendingCall: Sendable {
        let number: Int
        /// The time after which the answer is not waited for; the outcome is unknown then.
        let deadline: Duration
        /// The distance to the new horizon.
        var length = Duration.zero
    }

    private enum Phase: Sendable {
        case idle(retryAt: Duration)
        case acquiring(PendingCall)
        case holding(Holding)
        /// Until the driver has said where the issued IDs end.
        case closing(WorkerLease, givesBack: Bool)
        case releasing(PendingCall)
        case stopped
    }

    /// The shortest pause between two worker IDs, if they are lost again and again.
    private static var leasePause: Duration { .seconds(1) }
    /// The longest pause between two looks at the clock.
    private static var watchPause: Duration { .seconds(1) }
    /// The furthest beyond the last ID that a corrected clock may land to be followed at once.
    private static var correctionTolerance: Duration { .seconds(60) }
    /// The longest pause after a failed call while a worker ID is held.
    private static var holdingRetryPause: Duration { .seconds(1) }

    private let policy: WorkerPolicy
    private let isFixed: Bool
    private let settlingTime: Duration
    private let startedAt: Duration
    private var phase: Phase
    private var calls = 0
    private var backoff: CallBackoff
    private var hasHeld = false
    private var isStopping = false
    private var lastInstalled: Duration?
    /// The reason that the registry cannot be used; nil while it can.
    package private(set) var failure: FrondError?

    /// - Parameters:
    ///   - traits: of the registry.
    ///   - tickMilliseconds: of the layout: a horizon is some ticks ahead at least.
    ///   - seed: for the jitter of pauses.
    package init(
        policy: WorkerPolicy, traits: WorkerRegistryTraits, tickMilliseconds: Int64, seed: UInt64, now: Duration
    ) {
        var policy = policy
        policy.maxHorizon = min(policy.maxHorizon, traits.maxHorizon ?? policy.maxHorizon)
        policy.minHorizon = max(min(policy.minHorizon, policy.maxHorizon), .milliseconds(5 * tickMilliseconds))
        policy.maxHorizon = max(policy.maxHorizon, policy.minHorizon)
        self.policy = policy
        isFixed = traits.isFixed
        settlingTime = traits.isApart ? policy.settlingTime : .zero
        startedAt = now
        phase = .idle(retryAt: now)
        backoff = CallBackoff(seed: seed)
    }

    /// The lease that is held, its horizon passed or not.
    package var lease: WorkerLease? {
        if case .holding(let holding) = phase { holding.lease } else { nil }
    }

    /// True while a lease is held that may not be used yet.
    package var isSettling: Bool {
        if case .holding(let holding) = phase { holding.settling != nil } else { false }
    }

    // MARK: Events

    /// Time has passed: the time asked for in ``Effects/wakeAt`` has come, or any other.
    package mutating func tick(_ now: Moment) -> Effects {
        var effects = Effects()
        proceed(now, &effects)
        return effects
    }

    /// IDs are wanted beyond the horizon.
    package mutating func starved(_ now: Moment) -> Effects {
        var effects = Effects()
        if case .holding(var holding) = phase, failure == nil {
            renew(&holding, now, &effects)
            phase = .holding(holding)
        }
        proceed(now, &effects)
        return effects
    }

    /// The call to take a worker ID has ended.
    package mutating func acquired(
        _ number: Int, _ result: Result<WorkerLease, FrondError>, length: Duration, _ now: Moment
    ) -> Effects {
        var effects = Effects()
        switch (phase, result) {
        case (.acquiring, .success(let lease)), (.idle, .success(let lease)):
            hold(lease, length: length, now, &effects)
        case (_, .success(let lease)):
            // It came after it was given up, and is not needed: nothing was issued with it.
            call(.release(lease, at: lease.floorMilliseconds), now, &effects)
        case (.acquiring(let pending), .failure(let error)) where pending.number == number:
            acquisitionFailed(error, now, &effects)
        default:
            break
        }
        proceed(now, &effects)
        return effects
    }

    /// The call to move a horizon has ended.
    /// - Parameter lease: the lease it was made with.
    package mutating func extended(
        _ number: Int, of lease: WorkerLease, _ result: Result<WorkerLease, FrondError>, _ now: Moment
    ) -> Effects {
        var effects = Effects()
        if case .holding(var holding) = phase, holding.lease.record.isSameHolding(as: lease.record) {
            let pending = holding.renewal
            let confirms = holding.settling?.confirmation == number
            if pending?.number == number { holding.renewal = nil }
            if confirms { holding.settling?.confirmation = nil }
            phase = .holding(holding)
            switch result {
            case .success(let lease):
                extend(to: lease, length: pending?.length, confirms: confirms, now, &effects)
            case .failure(let error) where error.code == .workerIDTaken:
                failure = nil
                effects.lost = error
                close(givesBack: false, now, &effects)
            case .failure(let error) where pending?.number == number:
                renewalFailed(error, now)
            case .failure:
                break
            }
        }
        proceed(now, &effects)
        return effects
    }

    /// The call to give a worker ID back has ended, one way or the other.
    package mutating func released(_ number: Int, _ now: Moment) -> Effects {
        var effects = Effects()
        if case .releasing(let pending) = phase, pending.number == number {
            phase = isStopping ? .stopped : .idle(retryAt: now.monotonic)
        }
        proceed(now, &effects)
        return effects
    }

    /// The generator was closed, as ``Effects/closes`` said.
    /// - Parameter end: the earliest horizon that covers what was issued.
    package mutating func closed(issuedUntil end: Int64, _ now: Moment) -> Effects {
        guard case .closing(let lease, let givesBack) = phase else {
            preconditionFailure("a generator was closed that was to go on")
        }
        var effects = Effects()
        drop(lease, issuedUntil: end, givesBack: givesBack, now, &effects)
        proceed(now, &effects)
        return effects
    }

    /// Nothing is to be issued any more.
    package mutating func stop(_ now: Moment) -> Effects {
        var effects = Effects()
        isStopping = true
        switch phase {
        case .holding: close(givesBack: true, now, &effects)
        case .idle, .acquiring: phase = .stopped
        case .closing, .releasing, .stopped: break
        }
        proceed(now, &effects)
        return effects
    }

    // MARK: Steps

    /// Does what is due, and says when something is next.
    private mutating func proceed(_ now: Moment, _ effects: inout Effects) {
        switch phase {
        case .idle(let retryAt) where retryAt <= now.monotonic:
            let length = length(now)
            var pending = call(.acquire(length: length), now, &effects)
            pending.length = length
            phase = .acquiring(pending)
            effects.wakeAt = pending.deadline
        case .idle(let retryAt):
            effects.wakeAt = retryAt
        case .acquiring(let pending):
            if pending.deadline <= now.monotonic { acquisitionFailed(noAnswer, now, &effects) }
            effects.wakeAt = phaseDeadline
        case .holding(var holding):
            watch(&holding, now, &effects)
        case .closing:
            break
        case .releasing(let pending) where pending.deadline <= now.monotonic:
            phase = isStopping ? .stopped : .idle(retryAt: now.monotonic)
            proceed(now, &effects)
        case .releasing(let pending):
            effects.wakeAt = pending.deadline
        case .stopped:
            if effects.end == nil { effects.end = .success(()) }
        }
    }

    private var phaseDeadline: Duration? {
        switch phase {
        case .idle(let retryAt): retryAt
        case .acquiring(let pending), .releasing(let pending): pending.deadline
        case .holding, .closing, .stopped: nil
        }
    }

    private mutating func watch(_ holding: inout Holding, _ now: Moment, _ effects: inout Effects) {
        // A clock that was behind and jumps to just after the last ID is right: the registry knew a time as late.
        if now.behind > .zero, now.jump >= now.behind, now.jump - now.behind <= Self.correctionTolerance {
            effects.acceptsClock = true
            phase = .holding(holding)
            effects.wakeAt = now.monotonic + .milliseconds(1)
            return
        }
        if clockIsBeyondPatience(&holding, now) {
            phase = .holding(holding)
            effects.acceptsClock = true
            close(givesBack: true, now, &effects)
            return
        }
        if let pending = holding.renewal, pending.deadline <= now.monotonic {
            holding.renewal = nil
            phase = .holding(holding)
            renewalFailed(noAnswer, now)
            guard case .holding(let changed) = phase else { return }
            holding = changed
        }
        let left = Duration.milliseconds(holding.lease.horizonMilliseconds - now.milliseconds)
        let untilDue = left - holding.length * 2 / 3
        settle(&holding, now, &effects)
        if untilDue <= .zero { renew(&holding, now, &effects) }
        let untilCheck = holding.confirmedAt + policy.checkPause - now.monotonic
        if untilCheck <= .zero { check(&holding, now, &effects) }
        phase = .holding(holding)
        let due = holding.renewal?.deadline ?? max(now.monotonic + min(untilDue, untilCheck), holding.retryAt)
        effects.wakeAt = min(max(due, now.monotonic + .milliseconds(1)), now.monotonic + Self.watchPause)
    }

    private func clockIsBeyondPatience(_ holding: inout Holding, _ now: Moment) -> Bool {
        guard now.behind > .zero else {
            holding.behindSince = nil
            return false
        }
        let since = holding.behindSince ?? now.monotonic
        holding.behindSince = since
        guard let patience = policy.clockPatience, !isFixed else { return false }
        return now.monotonic - since >= patience
    }

    private mutating func renew(_ holding: inout Holding, _ now: Moment, _ effects: inout Effects) {
        guard holding.renewal == nil, holding.retryAt <= now.monotonic else { return }
        let length = length(now)
        let horizon = now.milliseconds + length.wholeMilliseconds
        guard horizon > holding.lease.horizonMilliseconds else { return }
        var pending = call(.extend(holding.lease, to: horizon), now, &effects)
        pending.length = length
        holding.renewal = pending
    }

    /// Asks whether the lease still stands, and moves nothing.
    private mutating func check(_ holding: inout Holding, _ now: Moment, _ effects: inout Effects) {
        guard holding.renewal == nil, holding.retryAt <= now.monotonic else { return }
        var pending = call(.extend(holding.lease, to: holding.lease.horizonMilliseconds), now, &effects)
        pending.length = holding.length
        holding.renewal = pending
    }

    /// Asks, once the wait is over, whether the lease still stands: the answer ends the wait.
    private mutating func settle(_ holding: inout Holding, _ now: Moment, _ effects: inout Effects) {
        guard let settling = holding.settling, settling.until <= now.monotonic, holding.renewal == nil,
            holding.retryAt <= now.monotonic
        else { return }
        let length = length(now)
        let horizon = max(now.milliseconds + length.wholeMilliseconds, holding.lease.horizonMilliseconds)
        var pending = call(.extend(holding.lease, to: horizon), now, &effects)
        pending.length = length
        holding.renewal = pending
        holding.settling?.confirmation = pending.number
    }

    private mutating func hold(
        _ lease: WorkerLease, length: Duration, _ now: Moment, _ effects: inout Effects
    ) {
        var holding = Holding(
            lease: lease, length: length, retryAt: now.monotonic, confirmedAt: now.monotonic)
        if settlingTime > .zero {
            holding.settling = Settling(until: now.monotonic + settlingTime)
        } else {
            effects.install = lease
        }
        phase = .holding(holding)
        hasHeld = true
        lastInstalled = now.monotonic
        succeeded()
    }

    private mutating func extend(
        to lease: WorkerLease, length: Duration?, confirms: Bool, _ now: Moment, _ effects: inout Effects
    ) {
        succeeded()
        // A late answer may tell of less than is known already.
        guard case .holding(var holding) = phase,
            lease.horizonMilliseconds >= holding.lease.horizonMilliseconds
        else { return }
        holding.lease = lease
        holding.length = length ?? holding.length
        holding.retryAt = now.monotonic
        holding.confirmedAt = now.monotonic
        if confirms {
            holding.settling = nil
            lastInstalled = now.monotonic
            effects.install = lease
        } else if holding.settling == nil {
            effects.raise = lease.horizonMilliseconds
        }
        phase = .holding(holding)
    }

    private mutating func close(givesBack: Bool, _ now: Moment, _ effects: inout Effects) {
        guard case .holding(let holding) = phase else { return }
        if holding.settling != nil {
            // Nothing was issued with it.
            drop(
                holding.lease, issuedUntil: holding.lease.floorMilliseconds, givesBack: givesBack, now, &effects)
            return
        }
        phase = .closing(holding.lease, givesBack: givesBack)
        effects.closes = true
    }

    private mutating func drop(
        _ lease: WorkerLease, issuedUntil end: Int64, givesBack: Bool, _ now: Moment, _ effects: inout Effects
    ) {
        if givesBack {
            phase = .releasing(call(.release(lease, at: end), now, &effects))
        } else if isStopping {
            phase = .stopped
        } else {
            let earliest = lastInstalled.map { $0 + Self.leasePause } ?? now.monotonic
            phase = .idle(retryAt: max(now.monotonic, earliest))
        }
    }

    private mutating func acquisitionFailed(_ error: FrondError, _ now: Moment, _ effects: inout Effects) {
        failure = error
        if !hasHeld, policy.start == .fail || error.isFinal {
            phase = .stopped
            effects.end = .failure(error)
            return
        }
        phase = .idle(retryAt: now.monotonic + backoff.pause(after: error))
    }

    private mutating func renewalFailed(_ error: FrondError, _ now: Moment) {
        failure = error
        guard case .holding(var holding) = phase else { return }
        holding.retryAt = now.monotonic + min(backoff.pause(after: error), Self.holdingRetryPause)
        holding.settling?.confirmation = nil
        phase = .holding(holding)
    }

    private mutating func succeeded() {
        failure = nil
        backoff.succeeded()
    }

    @discardableResult
    private mutating func call(_ call: Call, _ now: Moment, _ effects: inout Effects) -> PendingCall {
        calls += 1
        effects.calls.append((calls, call))
        return PendingCall(number: calls, deadline: now.monotonic + policy.callLimit)
    }

    /// Grows with the age of the process: a crash loop costs a worker ID seconds, an old server lives without its
    /// registry for minutes.
    private func length(_ now: Moment) -> Duration {
        min(max(now.monotonic - startedAt, policy.minHorizon), policy.maxHorizon)
    }

    private var noAnswer: FrondError {
        FrondError(
            .registryUnavailable, "the registry of worker IDs did not answer within \(policy.callLimit)",
            retryAfter: .seconds(1))
    }
}

extension FrondError {
    /// True where a further attempt is of no use.
    fileprivate var isFinal: Bool {
        switch code {
        case .invalidArgument, .storeCorrupt, .workerIDHeld, .layoutExhausted: true
        default: false
        }
    }
}
