import Frond
import Logging
import Synchronization

/// The log lines about callers: refusals, bounded, and every act of administration.
final class AccessAudit: Sendable {
    /// The time in which the refusals of one kind to one caller have one line.
    private static let interval = Duration.seconds(10)
    /// The lines about refusals in a second, of all callers together.
    private static let linesPerSecond = 5

    private struct State: Sendable {
        var throttle = LogThrottle<String>(interval: AccessAudit.interval, capacity: 1000)
        var second: Int64 = .min
        var lines = 0
        /// The refusals that had no line of their own since the last line.
        var leftOut = 0
    }

    private let logger: Logger
    private let time: any TimeSource
    private let state = Mutex(State())

    init(logger: Logger, time: any TimeSource) {
        self.logger = logger
        self.time = time
    }

    /// A caller was refused.
    /// - Parameter name: nil where the caller is unknown.
    func refused(_ refusal: AccessRefusal, name: String?, address: String) {
        refused(refusal.error, name: name, address: address)
    }

    /// A caller was refused, for what it is or for how much it wants.
    /// - Parameter name: nil where the caller is unknown.
    func refused(_ error: FrondError, name: String?, address: String) {
        let now = time.monotonic
        let key = "\(error.code.rawValue) \(name ?? address)"
        let leftOut: Int? = state.withLock { state in
            let second = now.components.seconds
            if second != state.second { (state.second, state.lines) = (second, 0) }
            guard state.lines < Self.linesPerSecond, state.throttle.failed(key, now: now) != nil else {
                state.leftOut += 1
                return nil
            }
            state.lines += 1
            defer { state.leftOut = 0 }
            return state.leftOut
        }
        guard let leftOut else { return }
        var metadata: Logger.Metadata = ["from": "\(address)", "code": "\(error.code.rawValue)"]
        if let name { metadata["caller"] = "\(name)" }
        metadata["reason"] = "\(error.message)"
        if leftOut > 0 { metadata["left-out"] = "\(leftOut)" }
        logger.warning("a caller was refused", metadata: metadata)
    }

    /// A caller has acted.
    /// - Parameters:
    ///   - subject: the thing that was acted on, such as `tag order`.
    ///   - before: its state before; nil where there was none, or where it is not known.
    func acted(
        _ action: String, on subject: String, by caller: Caller, before: String? = nil, after: String? = nil
    ) {
        var metadata: Logger.Metadata = [
            "action": "\(action)", "subject": "\(subject)", "caller": "\(caller.name)", "from": "\(caller.address)",
        ]
        if let before { metadata["before"] = "\(before)" }
        if let after { metadata["after"] = "\(after)" }
        logger.notice("administration", metadata: metadata)
    }
}
