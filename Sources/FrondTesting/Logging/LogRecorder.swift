package import Logging
import Synchronization

/// Keeps the lines of a logger, each with its error.
package final class LogRecorder: Sendable {
    private let recorded = Mutex<[(level: Logger.Level, text: String)]>([])
    private let whole = Mutex<[String]>([])

    package init() {}

    package var lines: [(level: Logger.Level, text: String)] { recorded.withLock { $0 } }

    /// The lines with all their metadata.
    package var wholeLines: [String] { whole.withLock { $0 } }

    /// A logger whose lines are kept, from debug level on.
    package var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let text = "\(event.message) \(event.metadata?["error"] ?? "")"
            recorder.whole.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
            recorder.recorded.withLock { $0.append((event.level, text)) }
        }
    }
}
