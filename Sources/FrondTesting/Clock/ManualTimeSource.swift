public import Frond
import Synchronization

/// A clock that stands still until a test moves it.
///
/// ``sleep(until:)`` waits for ``advance(by:)``, not for real time. A test that must know that a task sleeps before
/// it moves the clock awaits ``waitForSleepers(_:)``.
public final class ManualTimeSource: TimeSource {
    private let state: Mutex<State>

    /// - Parameters:
    ///   - monotonic: where the monotonic clock begins.
    ///   - wallMilliseconds: where the wall clock begins; 2024-01-01T00:00:00Z by default.
    public init(monotonic: Duration = .zero, wallMilliseconds: Int64 = 1_704_067_200_000) {
        state = Mutex(State(monotonic: monotonic, wall: .milliseconds(wallMilliseconds)))
    }

    public var monotonic: Duration { state.withLock { $0.monotonic } }

    public var wallMilliseconds: Int64 {
        let wall = state.withLock { $0.wall }.components
        return wall.seconds * 1000 + wall.attoseconds / 1_000_000_000_000_000
    }

    // MARK: Moving the clocks

    /// Lets time pass on both clocks, and wakes the tasks that sleep no longer than that, the earliest deadline first.
    /// - Parameter duration: zero or more.
    public func advance(by duration: Duration) {
        precondition(duration >= .zero, "the monotonic clock never goes back")
        resume(
            state.withLock { state in
                state.monotonic += duration
                state.wall += duration
                return state.takeDue()
            })
    }

    /// Lets time pass until the earliest sleeper wakes.
    /// - Returns: false where no task sleeps; the clocks then stay as they are.
    @discardableResult
    public func advanceToNextSleeper() -> Bool {
        let due: [Waiter]? = state.withLock { state in
            guard let deadline = state.sleepers.values.map(\.deadline).min() else { return nil }
            state.wall += deadline - state.monotonic
            state.monotonic = deadline
            return state.takeDue()
        }
        guard let due else { return false }
        resume(due)
        return true
    }

    /// Lets the wall clock jump, forward or back, while no time passes.
    public func jumpWall(by duration: Duration) {
        state.withLock { $0.wall += duration }
    }

    /// Sets the wall clock, while no time passes.
    public func setWall(milliseconds: Int64) {
        state.withLock { $0.wall = .milliseconds(milliseconds) }
    }

    // MARK: Sleeping

    /// The number of tasks that sleep on this clock.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    public func sleep(until deadline: Duration) async {
        let key = state.withLock { $0.makeKey() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                add(waiter, key: key, deadline: deadline)
                // Cancelled before it slept: the handler below found no sleeper.
                if Task.isCancelled { wake(key) }
            }
        } onCancel: {
            wake(key)
        }
    }

    /// Returns once at least `count` tasks sleep on this clock, or when the task is cancelled.
    public func waitForSleepers(_ count: Int) async {
        let key = state.withLock { $0.makeKey() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                resume(
                    state.withLock { state in
                        state.watchers[key] = (count, waiter)
                        return state.takeSatisfiedWatchers()
                    })
                if Task.isCancelled { dismiss(key) }
            }
        } onCancel: {
            dismiss(key)
        }
    }

    private func add(_ waiter: Waiter, key: Int, deadline: Duration) {
        resume(
            state.withLock { state in
                state.sleepers[key] = (deadline, waiter)
                return state.takeDue() + state.takeSatisfiedWatchers()
            })
    }

    private func wake(_ key: Int) {
        state.withLock { $0.sleepers.removeValue(forKey: key) }?.waiter.resume()
    }

    private func dismiss(_ key: Int) {
        state.withLock { $0.watchers.removeValue(forKey: key) }?.waiter.resume()
    }

    private func resume(_ waiters: [Waiter]) {
        for waiter in waiters { waiter.resume() }
    }
}

extension ManualTimeSource {
    private typealias Waiter = CheckedContinuation<Void, Never>

    private struct State: Sendable {
        var monotonic: Duration
        /// Since 1970-01-01T00:00:00Z.
        var wall: Duration
        var sleepers: [Int: (deadline: Duration, waiter: Waiter)] = [:]
        /// The tasks that wait for a number of sleepers.
        var watchers: [Int: (count: Int, waiter: Waiter)] = [:]
        private var lastKey = 0

        init(monotonic: Duration, wall: Duration) {
            self.monotonic = monotonic
            self.wall = wall
        }

        mutating func makeKey() -> Int {
            lastKey += 1
            return lastKey
        }

        mutating func takeDue() -> [Waiter] {
            let due = sleepers.filter { $0.value.deadline <= monotonic }
                .sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
            for (key, _) in due { sleepers[key] = nil }
            return due.map(\.value.waiter)
        }

        mutating func takeSatisfiedWatchers() -> [Waiter] {
            let satisfied = watchers.filter { $0.value.count <= sleepers.count }
            for key in satisfied.keys { watchers[key] = nil }
            return satisfied.values.map(\.waiter)
        }
    }
}
