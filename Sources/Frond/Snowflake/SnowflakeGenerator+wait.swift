import Synchronization

extension SnowflakeGenerator {
    /// The wait of one caller: sleeps, within the bound, until it is worth trying again.
    struct Wait: ~Copyable {
        private let generator: SnowflakeGenerator
        private let deadline: Duration
        private let isAdmitted: Bool

        init(_ generator: SnowflakeGenerator) {
            self.generator = generator
            deadline = generator.clock.source.monotonic + generator.waitLimit
            let waiting = generator.waiters.wrappingAdd(1, ordering: .relaxed).newValue
            isAdmitted = waiting <= generator.policy.maxWaiters
        }

        deinit {
            generator.waiters.wrappingSubtract(1, ordering: .relaxed)
        }

        /// Returns when it is worth trying again.
        /// - Throws: where it is not, now or within the bound.
        func untilWorthTrying(after stall: Stall) async throws(FrondError) {
            guard isAdmitted else {
                throw FrondError(
                    .overloaded, "\(generator.policy.maxWaiters) callers are waiting for a snowflake ID already",
                    retryAfter: .seconds(1))
            }
            let now = generator.clock.source.monotonic
            guard now < deadline else { throw generator.timedOut }
            let wake = min(now + (try generator.pause(after: stall, atMost: deadline - now)), deadline)
            await generator.clock.source.sleep(until: wake)
            if Task.isCancelled { throw FrondError(.cancelled, "the request for a snowflake ID was cancelled") }
        }
    }

    /// The pause after which a caller without a reservation looks again.
    private static var poll: Duration { .milliseconds(5) }

    /// The pause after a stall.
    private func pause(after stall: Stall, atMost limit: Duration) throws(FrondError) -> Duration {
        switch stall {
        case .words(.full(let tick)):
            // Not for each tick, and long before the clock has caught up: a late wake must not cost any.
            let worthwhile = layout.milliseconds(ofTick: tick + words.maxAheadTicks / 4)
            return .milliseconds(max(1, worthwhile - clock.milliseconds))
        case .words(.behind(let ticks)):
            let behind = Duration.milliseconds(ticks * layout.tickMilliseconds)
            guard behind <= limit else { throw clockMovedBackwards(by: behind) }
            return behind
        case .words(.exhausted):
            throw layout.exhausted
        case .words(.horizon), .noLease:
            if let failure = signals.failure { throw failure }
            signals.ask()
            return Self.poll
        }
    }

    private var timedOut: FrondError {
        FrondError(.timedOut, "no snowflake ID within \(waitLimit)", retryAfter: .seconds(1))
    }

    private func clockMovedBackwards(by behind: Duration) -> FrondError {
        FrondError(
            .clockMovedBackwards,
            "the clock is \(behind) behind the last ID: IDs go on when it has caught up, or with another worker ID",
            retryAfter: min(behind, .seconds(5)))
    }
}
