import Logging
import Synchronization

/// Logs the failures of tags: at error level, once a minute for each tag, those that do not pass by themselves.
///
/// An error of a store that concerns one tag takes no server out, so the log is the only place where an operator sees
/// it.
final class TagFailureLog: Sendable {
    private let logger: Logger
    private let time: any TimeSource
    private let throttle = Mutex(LogThrottle<Tag>(interval: .seconds(60), capacity: 1000))

    init(logger: Logger, time: any TimeSource) {
        self.logger = logger
        self.time = time
    }

    func log(
        _ message: Logger.Message, _ error: FrondError, of tag: Tag, _ details: KeyValuePairs<LogKey, String> = [:]
    ) {
        let now = time.monotonic
        let isTold = error.needsAnOperator && throttle.withLock { $0.failed(tag, now: now) != nil }
        let metadata = LogKey.metadata(details).merging(LogKey.metadata([.tag: tag.name, .error: "\(error)"])) { $1 }
        logger.log(level: isTold ? .error : .debug, message, metadata: metadata)
    }
}

extension FrondError {
    /// True for what does not pass by itself: a store that went back or is damaged, and a tag that has ended.
    fileprivate var needsAnOperator: Bool {
        switch code {
        case .storeWentBack, .storeCorrupt, .exhausted: true
        default: false
        }
    }
}
