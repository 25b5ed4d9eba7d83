extension HorizonKeeper {
    /// The time of an event.
    package struct Moment: Sendable {
        package var monotonic: Duration
        /// The time to issue by: milliseconds since 1970-01-01T00:00:00Z.
        package var milliseconds: Int64
        /// How long it takes that time to reach the last ID, beyond what IDs may run ahead.
        package var behind: Duration

        package init(monotonic: Duration, milliseconds: Int64, behind: Duration = .zero) {
            self.monotonic = monotonic
            self.milliseconds = milliseconds
            self.behind = behind
        }
    }

    /// A call to the registry.
    package enum Call: Hashable, Sendable {
        case acquire(length: Duration)
        case extend(WorkerLease, to: Int64)
        case release(WorkerLease, at: Int64)
    }

    /// What the driver must do after an event, outside its lock, in this order.
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
        /// The keeper has ended.
        package var end: Result<Void, FrondError>?
    }
}

/// The pauses between calls to a registry that fail: they double, up to a bound, with jitter.
struct CallBackoff: Sendable {
    private static let shortest = Duration.milliseconds(50)
    private static let longest = Duration.seconds(5)

    private var failures = 0
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    mutating func succeeded() {
        failures = 0
    }

    mutating func pause(after error: FrondError) -> Duration {
        let jitter = Double.random(in: 0...1, using: &random)
        if error.code == .workerIDsExhausted, let left = error.retryAfter {
            // It is known when there will be one; others wait for the same.
            return min(max(left, Self.shortest), Self.longest) * (1 + jitter / 4)
        }
        failures = min(failures + 1, 16)
        return min(Self.shortest * (1 << (failures - 1)), Self.longest) * (0.5 + jitter / 2)
    }
}
