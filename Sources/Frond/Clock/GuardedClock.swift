import Synchronization

/// The time to issue by: the wall clock behind a ``ClockGuard``.
///
/// The usual reading costs one look at the wall clock; the guard is asked once in a while, and when the wall clock is
/// ahead of where it may be.
final class GuardedClock: Sendable {
    let source: any TimeSource
    /// True where ``source`` is the machine's own clock, which is read for each ID without an existential.
    private let readsMachine: Bool
    private let trustedUntil: Atomic<Int64>
    private let clockGuard: Mutex<ClockGuard>

    init(_ source: any TimeSource, maxForwardJump: Duration) {
        self.source = source
        readsMachine = source is SystemTimeSource
        let wall = source.wallMilliseconds
        let clockGuard = ClockGuard(
            maxForwardJump: maxForwardJump, wallMilliseconds: wall, monotonic: source.monotonic)
        trustedUntil = Atomic(clockGuard.trustedUntilMilliseconds)
        self.clockGuard = Mutex(clockGuard)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    @inline(__always)
    var milliseconds: Int64 {
        let wall = readsMachine ? SystemTimeSource.wallMilliseconds : source.wallMilliseconds
        return wall < trustedUntil.load(ordering: .relaxed) ? wall : observe().milliseconds
    }

    /// Looks at both clocks.
    @inline(never)
    @discardableResult
    func observe() -> (milliseconds: Int64, state: ClockState) {
        update { $0.observe(wallMilliseconds: $1, monotonic: $2) }
    }

    /// Takes the wall clock as right from now on.
    func accept() {
        _ = update { clockGuard, wall, monotonic in
            clockGuard.accept(wallMilliseconds: wall, monotonic: monotonic)
            return wall
        }
    }

    private func update(
        _ event: (inout ClockGuard, Int64, Duration) -> Int64
    ) -> (milliseconds: Int64, state: ClockState) {
        clockGuard.withLock { clockGuard in
            // Both are read under the lock, so that readings come in order; the wall clock first, so that a pause
            // between the two looks like a step back, which harms nothing, and not like a jump forward.
            let wall = source.wallMilliseconds
            let now = event(&clockGuard, wall, source.monotonic)
            trustedUntil.store(clockGuard.trustedUntilMilliseconds, ordering: .relaxed)
            return (now, clockGuard.state)
        }
    }
}
