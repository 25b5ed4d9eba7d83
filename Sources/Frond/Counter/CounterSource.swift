import Logging

/// What the generators of all tags of one counter store share.
final class CounterSource: Sendable {
    let store: any CounterStore
    let policy: CounterPolicy
    let time: any TimeSource
    let logger: Logger
    let alarm: Alarm
    let monitor: StoreMonitor

    init(store: any CounterStore, policy: CounterPolicy, time: any TimeSource, logger: Logger) {
        self.store = store
        self.policy = policy
        self.time = time
        self.logger = logger
        alarm = Alarm(time: time)
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

    /// Draws, once admitted, and notes whether the store answered.
    func draw(_ tag: Tag, count: Int) async -> Result<[NumberRun], FrondError> {
        let result = await monitor.call { () throws(FrondError) in try await store.draw(tag, count: count) }
        if case .failure(let error) = result {
            logger.debug("no numbers drawn", [.tag: tag.name, .count: "\(count)", .error: "\(error)"])
        }
        return result
    }
}
