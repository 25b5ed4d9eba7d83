import Logging

/// The form of log lines.
enum LogFormat: String, CaseIterable {
    /// For people.
    case text
    /// For machines: a JSON object a line.
    case json

    /// Makes a handler that writes to standard error.
    func handler(_ label: String) -> any LogHandler {
        switch self {
        case .text: PrintableLogHandler(StreamLogHandler.standardError(label: label))
        case .json: JSONLogHandler(label: label)
        }
    }
}
