import Frond
import Logging
import Synchronization

/// Logs failures that clients are not told, or are told in few words: each code once in ten seconds.
final class FailureLog: Sendable {
    /// The time in which failures of one code have one line.
    static let interval = Duration.seconds(10)

    private let logger: Logger
    private let time: any TimeSource
    private let throttle = Mutex(LogThrottle<String>(interval: interval, capacity: 100))

    init(logger: Logger, time: any TimeSource = SystemTimeSource()) {
        self.logger = logger
        self.time = time
    }

    /// - Parameter code: one of few.
    func log(_ message: Logger.Message, code: String, reason: String, details: Logger.Metadata = [:]) {
        let now = time.monotonic
        guard let leftOut = throttle.withLock({ $0.failed(code, now: now) }) else { return }
        var metadata = details
        metadata["code"] = "\(code)"
        metadata["reason"] = "\(reason)"
        if leftOut > 0 { metadata["left-out"] = "\(leftOut)" }
        logger.warning(message, metadata: metadata)
    }
}
