import Synchronization

/// A value that comes once, from whichever side is first, and that tasks wait for.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case open([CheckedContinuation<Value, Never>])
        case resolved(Value)
    }

    private let state = Mutex(State.open([]))

    /// Gives the value, unless there is one already. Never waits.
    func resolve(_ value: Value) {
        let waiters = state.withLock { state -> [CheckedContinuation<Value, Never>] in
            guard case .open(let waiters) = state else { return [] }
            state = .resolved(value)
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    /// Waits for the value.
    /// - Parameter late: what it is where it has not come at the deadline.
    func value(until deadline: ContinuousClock.Instant, orElse late: Value) async -> Value {
        let timer = Task {
            do {
                try await Task.sleep(until: deadline, clock: .continuous)
            } catch {
                return
            }
            resolve(late)
        }
        defer { timer.cancel() }
        return await value()
    }

    private func value() async -> Value {
        await withCheckedContinuation { waiter in
            let value = state.withLock { state -> Value? in
                switch state {
                case .resolved(let value): return value
                case .open(let waiters):
                    state = .open(waiters + [waiter])
                    return nil
                }
            }
            if let value { waiter.resume(returning: value) }
        }
    }
}
