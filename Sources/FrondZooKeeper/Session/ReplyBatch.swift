import Synchronization

/// The replies to requests that were sent together.
final class ReplyBatch: Sendable {
    private struct State {
        var replies: [Reply?]
        var missing: Int
    }

    private let state: Mutex<State>
    private let all = OneShot<[Reply]?>()

    init(count: Int) {
        state = Mutex(State(replies: Array(repeating: nil, count: count), missing: count))
        if count == 0 { all.resolve([]) }
    }

    /// Takes a reply, once for each request. Never waits: the client library's thread calls it.
    func received(_ reply: Reply, for index: Int) {
        let replies = state.withLock { state -> [Reply]? in
            guard state.replies[index] == nil else { return nil }
            state.replies[index] = reply
            state.missing -= 1
            return state.missing == 0 ? state.replies.compactMap { $0 } : nil
        }
        if let replies { all.resolve(replies) }
    }

    /// All replies in the order of the requests; nil where some are missing at the deadline.
    func replies(until deadline: ContinuousClock.Instant) async -> [Reply]? {
        await all.value(until: deadline, orElse: nil)
    }
}
