extension HorizonStateMachine {
    /// The time of an event.
    package struct Moment: Sendable {
        package var monotonic: Duration
        /// The time to issue by: milliseconds since 1970-01-01T00:00:00Z.
        package var milliseconds: Int64
        /// The time until the clock reaches the last ID, beyond what IDs may run ahead.
        package var behind: Duration
        /// The distance by which the wall clock is ahead of the time to issue by, while that jump is not followed.
        package var jump: Duration

        package init(
            monotonic: Duration, milliseconds: Int64, behind: Duration = .zero, jump: Duration = .zero
        ) {
            self.monotonic = monotonic
            self.milliseconds = milliseconds
            self.behind = behind
            self.jump = jump
        }
    }

    /// A call to the registry.
    package enum Call: Hashable, Sendable {
        case acquire(length: Duration)
        case extend(WorkerLease, to: Int64)
        case release(WorkerLease, at: Int64)
    }

    /// The actions of the driver after an event, outside its lock, in this order.
    package struct Effects: Sendable {
        /// Close the generator, then say so with `closed`.
        package var closes = false
        /// Take the wall clock as right from now on.
        package var acceptsClock = false
        /// Begin to issue with this lease.
        package var install: WorkerLease?
        /// Issue up to this horizon.
        package var raise: Int64?
        /// Call the registry, and say with the number what came of it.
        package var calls: [(number: Int, call: Call)] = []
        /// Call `tick` at this time at the latest; it replaces the time of the event before. Nil leaves nothing due.
        package var wakeAt: Duration?
        /// The lease was lost to another holder: a reason for the operator to look.
        package var lost: FrondError?
        /// The keeper has ended.
        package var end: Result<Void, FrondError>?
    }
}
