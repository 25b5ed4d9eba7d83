/// Callers of one tag that wait for numbers, and the one draw they share: decides, and does nothing else.
///
/// A value without I/O, lock or clock of its own. Each event is a mutating method that takes the time and returns the
/// ``Effects`` its driver must carry out.
///
/// Callers queue in order of arrival. One draw is in flight at a time, for the callers that are *aboard*: those at the
/// head of the queue when it was sent. A later caller waits for the next draw, so that a number is never older than
/// the question it answers. What a draw brings is dealt out once, in order; what is left because a caller went away
/// meanwhile is dropped: a gap.
package struct CounterQueue<Waiter: Sendable>: Sendable {
    private struct Caller: Sendable {
        let id: Int64
        var missing: Int
        let deadline: Duration
        let waiter: Waiter
        var numbers: [NumberRun] = []

        /// Takes the missing numbers, or all that are left.
        mutating func take(from supply: inout NumberSupply) {
            for run in supply.take(Int64(missing)) {
                numbers.append(run)
                missing -= Int(run.count)
            }
        }
    }

    private let tag: Tag
    private let policy: CounterPolicy
    private var callers: [Caller] = []
    /// The count of the draw in flight; nil where there is none.
    private var drawing: Int?
    /// The number of callers, from the head of the queue, that the draw in flight is for.
    private var aboard = 0
    /// True while draws are for one caller each, because fewer numbers are left than all of them need.
    private var isSingle = false
    /// Numbers of callers that failed because too few are left: issued before another draw.
    private var leftovers = NumberSupply()
    private var timerArmed = false
    private var hasDrawn = false
    package private(set) var isClosed = false
    private var hasCloser = false
    private var closer: Waiter?

    package init(tag: Tag, policy: CounterPolicy) {
        self.tag = tag
        self.policy = policy
    }

    // MARK: Events

    /// A caller asks for numbers.
    /// - Parameter id: of its own, for ``cancelled(id:)``.
    package mutating func enter(_ id: Int64, count: Int, waiter: Waiter, now: Duration) -> Effects {
        var effects = Effects()
        let caller = Caller(id: id, missing: count, deadline: now + policy.waitLimit, waiter: waiter)
        if isClosed {
            effects.fail(caller.waiter, .shutDown(tag))
        } else if callers.count >= policy.maxWaiters {
            effects.fail(caller.waiter, .overloaded(tag, waiting: callers.count))
        } else {
            callers.append(caller)
            startDraw(&effects)
            armTimer(&effects)
        }
        return effects
    }

    /// The store gave numbers for the draw in flight.
    package mutating func drawn(_ runs: [NumberRun]) -> Effects {
        guard let asked = drawing else { preconditionFailure("numbers came that were not asked for") }
        if let fault = Self.fault(of: runs, asked: asked) {
            let message = "the store answered a draw of \(asked) for tag '\(tag)' with \(fault)"
            return drawFailed(FrondError(.storeCorrupt, message, retryAfter: .seconds(5)))
        }
        hasDrawn = true
        isSingle = false
        var effects = Effects()
        var supply = NumberSupply(runs)
        var served = 0
        for index in 0..<aboard {
            callers[index].take(from: &supply)
            guard callers[index].missing == 0 else { break }
            effects.deliveries.append(
                Delivery(waiter: callers[index].waiter, outcome: .success(callers[index].numbers)))
            served += 1
        }
        callers.removeFirst(served)
        endDraw(&effects)
        return effects
    }

    /// The draw in flight brought nothing, or nothing that is known: those it was for get the error. Where fewer
    /// numbers are left than they need together, they are served one by one, and those that need too many alone get it.
    package mutating func drawFailed(_ error: FrondError) -> Effects {
        var effects = Effects()
        if error.code == .exhausted, let asked = drawing, asked > 1, !isClosed {
            if aboard > 1 { isSingle = true } else { refuse(asked, error, &effects) }
            endDraw(&effects)
            return effects
        }
        for caller in callers.prefix(aboard) { effects.fail(caller.waiter, error) }
        callers.removeFirst(aboard)
        endDraw(&effects)
        return effects
    }

    /// The draw was not made, because the store does not answer: no caller waits for that.
    package mutating func drawRefused(_ error: FrondError) -> Effects {
        aboard = callers.count
        return drawFailed(error)
    }

    /// The time asked for in ``Effects/wakeAt`` has come.
    package mutating func timerFired(now: Duration) -> Effects {
        timerArmed = false
        var effects = Effects()
        // All waits are equally long: the first to come are the first to go.
        let expired = callers.prefix { $0.deadline <= now }
        for caller in expired { effects.fail(caller.waiter, .timedOut(tag, after: policy.waitLimit)) }
        aboard -= min(aboard, expired.count)
        callers.removeFirst(expired.count)
        armTimer(&effects)
        return effects
    }

    /// A caller no longer waits.
    package mutating func cancelled(id: Int64) -> Effects {
        var effects = Effects()
        if let index = callers.firstIndex(where: { $0.id == id }) {
            effects.fail(callers.remove(at: index).waiter, .cancelled(tag))
            if index < aboard { aboard -= 1 }
        }
        return effects
    }

    /// Nothing is to be given out any more.
    package mutating func stop() -> Effects {
        var effects = Effects()
        isClosed = true
        for caller in callers { effects.fail(caller.waiter, .shutDown(tag)) }
        callers = []
        aboard = 0
        return effects
    }

    /// Stops. `closer` is delivered once no draw is in flight; a second call gets `shutDown` at once.
    package mutating func close(for closer: Waiter) -> Effects {
        var effects = stop()
        guard !hasCloser else {
            effects.fail(closer, .shutDown(tag))
            return effects
        }
        hasCloser = true
        self.closer = closer
        if drawing == nil { deliverCloser(&effects) }
        return effects
    }

    /// Closes a queue that never had a number and where no caller waits: its tag does not exist.
    package mutating func closeIfUnused() -> Bool {
        guard drawing == nil, !hasDrawn, callers.isEmpty else { return false }
        isClosed = true
        return true
    }

    // MARK: Steps

    /// Fails the first callers, as long as they need as many numbers as there are not. What they had in hand is kept.
    private mutating func refuse(_ asked: Int, _ error: FrondError, _ effects: inout Effects) {
        while let caller = callers.first, caller.missing >= asked {
            callers.removeFirst()
            effects.fail(caller.waiter, error)
            leftovers.append(caller.numbers)
            serveLeftovers(&effects)
        }
    }

    private mutating func serveLeftovers(_ effects: inout Effects) {
        while leftovers.count > 0, !callers.isEmpty {
            callers[0].take(from: &leftovers)
            guard callers[0].missing == 0 else { return }
            let caller = callers.removeFirst()
            effects.deliveries.append(Delivery(waiter: caller.waiter, outcome: .success(caller.numbers)))
        }
    }

    private mutating func startDraw(_ effects: inout Effects) {
        guard drawing == nil, !callers.isEmpty else { return }
        serveLeftovers(&effects)
        guard !callers.isEmpty else { return }
        var wanted = 0
        aboard = 0
        for caller in callers.prefix(isSingle ? 1 : callers.count) {
            guard wanted < policy.largestDraw else { break }
            wanted += min(caller.missing, policy.largestDraw - wanted)
            aboard += 1
        }
        drawing = wanted
        effects.draw = wanted
    }

    private mutating func endDraw(_ effects: inout Effects) {
        drawing = nil
        aboard = 0
        if isClosed {
            deliverCloser(&effects)
        } else {
            startDraw(&effects)
        }
    }

    private mutating func armTimer(_ effects: inout Effects) {
        guard !timerArmed, let deadline = callers.first?.deadline else { return }
        timerArmed = true
        effects.wakeAt = deadline
    }

    private mutating func deliverCloser(_ effects: inout Effects) {
        guard let waiter = closer.take() else { return }
        effects.deliveries.append(Delivery(waiter: waiter, outcome: .success([])))
    }

    /// The reason why this cannot be the answer to a draw; nil where it can.
    private static func fault(of runs: [NumberRun], asked: Int) -> String? {
        var total: Int64 = 0
        for run in runs {
            guard run.isPlausible else { return "\(run), which is not a valid run of numbers" }
            let (sum, overflow) = total.addingReportingOverflow(run.count)
            guard !overflow, sum <= Int64(asked) else { return "more numbers than that" }
            total = sum
        }
        return total == 0 ? "no number" : nil
    }
}

extension CounterQueue {
    /// The work of the driver after an event, outside its lock.
    package struct Effects: Sendable {
        package var deliveries: [Delivery] = []
        /// Draw so many numbers; one draw is in flight at a time.
        package var draw: Int?
        /// Call `timerFired` at this time; one timer is armed at a time.
        package var wakeAt: Duration?

        fileprivate mutating func fail(_ waiter: Waiter, _ error: FrondError) {
            deliveries.append(Delivery(waiter: waiter, outcome: .failure(error)))
        }
    }

    /// An answer for one waiter: all the numbers it wanted, or an error.
    package struct Delivery: Sendable {
        package var waiter: Waiter
        package var outcome: Result<[NumberRun], FrondError>
    }
}

extension NumberRun {
    /// True if it has a number, and none below 0 or past the last of 64 bits.
    fileprivate var isPlausible: Bool {
        guard first >= 0, count >= 1, stride >= 1 else { return false }
        let (span, tooLong) = (count - 1).multipliedReportingOverflow(by: stride)
        return !tooLong && !first.addingReportingOverflow(span).overflow
    }
}
