import Logging

/// What the generators of all tags of one store share.
final class SegmentSource: Sendable {
    let store: any SegmentStore
    let policy: SegmentPolicy
    let time: any TimeSource
    let logger: Logger
    let alarm: Alarm
    let monitor: StoreMonitor

    init(store: any SegmentStore, policy: SegmentPolicy, time: any TimeSource, logger: Logger) {
        self.store = store
        self.policy = policy
        self.time = time
        self.logger = logger
        alarm = Alarm(time: time)
        monitor = StoreMonitor(time: time)
    }

    /// Asks a store that failed for something small, if a probe is due.
    func check() async -> FrondError? {
        // One row, there or not: a list of all tags would be a heavy question to a store that is just coming back.
        await monitor.check { () throws(FrondError) in try await store.tag(Tag("frond.health")) }
    }

    /// Gives a tail back, unless the store is known to be down: what it does not take is a gap.
    func giveBack(_ tail: Segment, of tag: Tag) async {
        guard case .admitted = monitor.admit() else {
            logger.debug("segment not given back: the store is down", [.tag: tag.name, .count: "\(tail.count)"])
            return
        }
        switch await monitor.call({ () throws(FrondError) in try await store.giveBack(tail, of: tag) }) {
        case .success(let isTaken):
            logger.debug(
                isTaken ? "segment given back" : "segment not given back: reserved since",
                [.tag: tag.name, .count: "\(tail.count)"])
        case .failure(let error):
            logger.debug("segment not given back", [.tag: tag.name, .error: "\(error)"])
        }
    }

    /// Asks for something small in the background, if a probe is due.
    func probe() {
        monitor.probe { [store] () throws(FrondError) in _ = try await store.tag(Tag("frond.health")) }
    }

    /// Reserves, once admitted, and notes whether the store answered.
    func reserve(_ tag: Tag, _ request: FetchRequest) async -> Result<Segment, FrondError> {
        let result = await monitor.call { () throws(FrondError) in
            try await store.reserve(tag, atLeast: request.count, after: request.floor)
        }
        switch result {
        case .success(let segment):
            logger.debug(
                "segment reserved",
                [.tag: tag.name, .first: "\(segment.first)", .count: "\(segment.count)"])
        case .failure(let error):
            logger.debug("no segment reserved", [.tag: tag.name, .error: "\(error)"])
        }
        return result
    }
}
