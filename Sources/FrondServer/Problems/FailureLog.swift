import Frond
import Logging
import Synchronization

/// Logs failures that clients are not told, or are told in few words; drives ``FailureLogStateMachine``.
final class FailureLog: Sendable {
    private let logger: Logger
    private let time: any TimeSource
    private let state = Mutex(FailureLogStateMachine())

    init(logger: Logger, time: any TimeSource = SystemTimeSource()) {
        self.logger = logger
        self.time = time
    }

    /// - Parameter code: one of few.
    func log(_ message: Logger.Message, code: String, reason: String, details: Logger.Metadata = [:]) {
        let now = time.monotonic
        guard let leftOut = state.withLock({ $0.failed(code: code, now: now) }) else { return }
        var metadata = details
        metadata["code"] = "\(code)"
        metadata["reason"] = "\(reason)"
        if leftOut > 0 { metadata["left-out"] = "\(leftOut)" }
        logger.warning(message, metadata: metadata)
    }
}
