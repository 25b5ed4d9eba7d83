import Logging

/// The parts that the generators of all tags of one counter store share.
final class CounterSource: Sendable {
    let store: any CounterStore
    /// The view that knows the tags; nil if the counter knows them itself.
    let tags: StoreView?
    let policy: CounterPolicy
    let time: any TimeSource
    let logger: Logger
    let alarm: Alarm
    let monitor: StoreMonitor
    private let failures: TagFailureLog

    init(store: any CounterStore, tags: StoreView?, policy: CounterPolicy, time: any TimeSource, logger: Logger) {
        self.store = store
        self.tags = tags
        self.policy = policy
        self.time = time
        self.logger = logger
        alarm = Alarm(time: time)
        failures = TagFailureLog(logger: logger, time: time)
        monitor = StoreMonitor(time: time)
    }

    /// Asks a store that failed for something small, if a probe is due.
    func check() async -> FrondError? {
        await monitor.check { () throws(FrondError) in try await store.check() }
    }

    /// The same in the background.
    func probe() {
        monitor.probe { [store] () throws(FrondError) in try await store.check() }
    }

    /// Draws for a caller that the monitor has admitted, and records if the store answered.
    func draw(_ tag: Tag, count: Int) async -> Result<[NumberRun], FrondError> {
        let result = await monitor.call { () throws(FrondError) in
            try await checkKnown(tag)
            return try await store.draw(tag, count: count)
        }
        if case .failure(let error) = result {
            failures.log("no numbers drawn", error, of: tag, [.count: "\(count)"])
        }
        return result
    }

    /// Names that are no tags leave nothing behind in the counter.
    private func checkKnown(_ tag: Tag) async throws(FrondError) {
        do {
            try await tags?.checkKnown(tag)
        } catch {
            // The counter itself was not asked.
            throw error.scoped(min(error.scope, .tag))
        }
    }
}
