import Logging

/// The parts that the generators of all tags of one store share.
final class SegmentSource: Sendable {
    let view: StoreView
    let policy: SegmentPolicy
    let time: any TimeSource
    let logger: Logger
    let alarm: Alarm
    private let failures: TagFailureLog

    init(view: StoreView, policy: SegmentPolicy, time: any TimeSource, logger: Logger) {
        self.view = view
        self.policy = policy
        self.time = time
        self.logger = logger
        alarm = Alarm(time: time)
        failures = TagFailureLog(logger: logger, time: time)
    }

    var monitor: StoreMonitor { view.monitor }

    /// Asks for one row in the background, if a probe is due.
    func probe() { view.checkInBackground() }

    /// Gives a tail back, unless the store is known to be down: the numbers are then a gap.
    func giveBack(_ tail: Segment, of tag: Tag) async {
        guard case .admitted = monitor.admit() else {
            logger.debug("segment not given back: the store is down", [.tag: tag.name, .count: "\(tail.count)"])
            return
        }
        switch await monitor.call({ () throws(FrondError) in try await view.giveBackNow(tail, of: tag) }) {
        case .success(let isTaken):
            logger.debug(
                isTaken ? "segment given back" : "segment not given back: reserved since",
                [.tag: tag.name, .count: "\(tail.count)"])
        case .failure(let error):
            logger.debug("segment not given back", [.tag: tag.name, .error: "\(error)"])
        }
    }

    /// Reserves for a caller that the monitor has admitted, and records if the store answered.
    func reserve(_ tag: Tag, _ request: FetchRequest) async -> Result<Segment, FrondError> {
        let result = await monitor.call { () throws(FrondError) in
            try await view.reserveNow(tag, atLeast: request.demand, after: request.floor)
        }
        switch result {
        case .success(let segment):
            logger.debug(
                "segment reserved",
                [.tag: tag.name, .first: "\(segment.first)", .count: "\(segment.count)"])
        case .failure(let error):
            failures.log("no segment reserved", error, of: tag)
        }
        return result
    }
}
