import Synchronization

/// The requests of a stream under way, between the task that sends them and the one that takes the answers.
///
/// Answers come in order, so a request is known by its number, and its moment is kept at that number modulo the depth.
final class StreamWindow: Sendable {
    private struct State: Sendable {
        var sent = 0
        var answered = 0
        var moments: [ContinuousClock.Instant]
        var isClosed = false
        var sender: CheckedContinuation<Void, Never>?
    }

    private let depth: Int
    private let state: Mutex<State>

    init(depth: Int) {
        self.depth = depth
        state = Mutex(State(moments: Array(repeating: .now, count: depth)))
    }

    /// Takes all the room there is; waits until there is a quarter of the depth, so that requests go out together.
    /// - Returns: the numbers of the requests to be sent; nil once the window is closed.
    func claim() async -> Range<Int>? {
        while true {
            let claimed = state.withLock { state -> Range<Int>? in
                let room = depth - (state.sent - state.answered)
                guard room >= enough, !state.isClosed else { return nil }
                let now = ContinuousClock.now
                let numbers = state.sent..<(state.sent + room)
                for number in numbers { state.moments[number % depth] = now }
                state.sent += room
                return numbers
            }
            if let claimed { return claimed }
            if state.withLock({ $0.isClosed }) { return nil }
            await waitForRoom()
        }
    }

    private var enough: Int { max(1, depth / 4) }

    private func waitForRoom() async {
        await withCheckedContinuation { sender in
            let hasRoom = state.withLock { state in
                if state.isClosed || depth - (state.sent - state.answered) >= enough { return true }
                state.sender = sender
                return false
            }
            if hasRoom { sender.resume() }
        }
    }

    /// The next answer is there.
    /// - Returns: its number, and when its request was sent.
    func answered() -> (number: Int, sent: ContinuousClock.Instant) {
        let (number, moment, sender) = state.withLock { state in
            let number = state.answered
            let moment = state.moments[number % depth]
            state.answered += 1
            let hasRoom = depth - (state.sent - state.answered) >= enough
            return (number, moment, hasRoom ? state.sender.take() : nil)
        }
        sender?.resume()
        return (number, moment)
    }

    /// No more requests are sent.
    func close() {
        let sender = state.withLock { state in
            state.isClosed = true
            return state.sender.take()
        }
        sender?.resume()
    }
}
