public import Frond
import Synchronization

/// A counter store in memory, for tests: each tag counts from 1, and fails as planned.
public final class InMemoryCounterStore: CounterStore, FaultInjecting {
    private struct State: Sendable {
        var next: [Tag: Int64]
        var checks = 0
    }

    public let injector: FaultInjector
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
        injector = FaultInjector(plan, time: time)
        let next = Dictionary(tags.map { ($0, Int64(1)) }, uniquingKeysWith: max)
        state = Mutex(State(next: next))
    }

    /// The number of draws that were asked for: the round trips.
    public var draws: Int { callCount }

    /// The number of checks whether the store answers.
    public var checks: Int { state.withLock { $0.checks } }

    /// The next number of a tag; nil where there is no such tag.
    public func next(of tag: Tag) -> Int64? { state.withLock { $0.next[tag] } }

    public func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        try await injector.call { () throws(FrondError) in try take(tag, count: count) }
    }

    public func check() async throws(FrondError) {
        state.withLock { $0.checks += 1 }
        if injector.isDown { throw injector.unavailable }
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
