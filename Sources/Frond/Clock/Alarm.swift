import Synchronization

/// Calls back at set times, with one sleeping task however many calls are due.
///
/// For bounds on waits: all of them are equally long, so that the times come almost in order.
final class Alarm: Sendable {
    typealias Call = @Sendable () -> Void

    private struct State {
        /// By time, the earliest first.
        var calls: [(deadline: Duration, call: Call)] = []
        var isRunning = false
    }

    private let time: any TimeSource
    private let state = Mutex(State())

    init(time: any TimeSource) {
        self.time = time
    }

    /// Calls once `deadline` has come.
    func ring(at deadline: Duration, _ call: @escaping Call) {
        let starts = state.withLock { state in
            let index = state.calls.lastIndex { $0.deadline <= deadline }.map { $0 + 1 } ?? 0
            state.calls.insert((deadline, call), at: index)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { Task { await run() } }
    }

    /// Sleeps from call to call until none is left. One that is set meanwhile for an earlier time than the one slept
    /// for is late by the difference, which equally long waits cannot be.
    private func run() async {
        while let deadline = next() {
            await time.sleep(until: deadline)
            for call in takeDue(now: time.monotonic) { call() }
        }
    }

    private func next() -> Duration? {
        state.withLock { state in
            if state.calls.isEmpty { state.isRunning = false }
            return state.calls.first?.deadline
        }
    }

    private func takeDue(now: Duration) -> [Call] {
        state.withLock { state in
            let due = state.calls.prefix { $0.deadline <= now }
            state.calls.removeFirst(due.count)
            return due.map(\.call)
        }
    }
}
