public import Frond
import Synchronization

/// A counter store in memory, for tests: each tag counts from 1, and fails as planned.
public final class InMemoryCounterStore: CounterStore {
    private struct State: Sendable {
        var next: [Tag: Int64]
        var plan: FaultPlan
        var outage: StoreFault?
        var draws = 0
        var checks = 0
    }

    private let time: any TimeSource
    private let largestReply: Int
    private let stride: Int64
    private let state: Mutex<State>

    /// - Parameters:
    ///   - tags: those that exist.
    ///   - largestReply: the most numbers one draw brings, whatever was asked for.
    ///   - stride: from one number to the next.
    ///   - plan: what goes wrong; nothing by default.
    ///   - time: the clock by which delays are waited for.
    public init(
        tags: [Tag], largestReply: Int = .max, stride: Int64 = 1, plan: FaultPlan = .script([]),
        time: any TimeSource = SystemTimeSource()
    ) {
        self.largestReply = largestReply
        self.stride = stride
        self.time = time
        let next = Dictionary(tags.map { ($0, Int64(1)) }, uniquingKeysWith: max)
        state = Mutex(State(next: next, plan: plan))
    }

    /// How many draws were asked for: the round trips.
    public var draws: Int { state.withLock { $0.draws } }

    /// How often it was asked whether it answers.
    public var checks: Int { state.withLock { $0.checks } }

    /// The next number of a tag; nil where there is no such tag.
    public func next(of tag: Tag) -> Int64? { state.withLock { $0.next[tag] } }

    /// Lets every call fail in this way until ``endOutage()``; the plan stands still meanwhile.
    public func beginOutage(_ fault: StoreFault = .errorBefore) {
        state.withLock { $0.outage = fault }
    }

    public func endOutage() {
        state.withLock { $0.outage = nil }
    }

    public func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        let fault = state.withLock { state in
            state.draws += 1
            return state.outage ?? state.plan.next()
        }
        switch fault {
        case nil:
            return try take(tag, count: count)
        case .errorBefore:
            throw FrondError(.storeUnavailable, "injected: the store does not answer", retryAfter: .seconds(1))
        case .errorAfterCommit:
            _ = try take(tag, count: count)
            throw FrondError(.storeUnavailable, "injected: the reply was lost", retryAfter: .seconds(1))
        case .delay(let duration):
            await time.sleep(until: time.monotonic + duration)
            return try take(tag, count: count)
        case .slowReply(let duration):
            let runs = try take(tag, count: count)
            await time.sleep(until: time.monotonic + duration)
            return runs
        }
    }

    public func check() async throws(FrondError) {
        let isDown = state.withLock { state in
            state.checks += 1
            return state.outage != nil
        }
        if isDown {
            throw FrondError(.storeUnavailable, "injected: the store does not answer", retryAfter: .seconds(1))
        }
    }

    private func take(_ tag: Tag, count: Int) throws(FrondError) -> [NumberRun] {
        let taken = Int64(min(count, largestReply))
        let first = state.withLock { state -> Int64? in
            guard let first = state.next[tag] else { return nil }
            state.next[tag] = first + taken * stride
            return first
        }
        guard let first else { throw FrondError.unknown(tag) }
        return [NumberRun(first: first, count: taken, stride: stride)]
    }
}
