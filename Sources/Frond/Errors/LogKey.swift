package import Logging

/// The metadata keys of Frond's log lines.
package enum LogKey: String {
    case count, error, event, first, horizon, registry, store, tag, token
    case workerID = "worker-id"

    package static func metadata(_ details: KeyValuePairs<LogKey, String>) -> Logger.Metadata {
        Logger.Metadata(uniqueKeysWithValues: details.map { ($0.rawValue, .string($1)) })
    }
}

extension Logger {
    /// A line at debug level, which is where a library speaks.
    func debug(_ message: Message, _ details: KeyValuePairs<LogKey, String>) {
        debug(message, metadata: LogKey.metadata(details))
    }
}

extension Logger {
    /// A logger that writes nothing, for callers that pass none.
    package static var silent: Logger { Logger(label: "frond") { _ in SwiftLogNoOpLogHandler() } }
}
