import Foundation
import Logging
import SystemPackage

/// Writes each line of the log as a JSON object on standard error, for machines.
///
/// `time`, `level`, `logger` and `message` come first, then the metadata by their keys; a key that is one of these has
/// an underscore before it.
struct JSONLogHandler: LogHandler {
    private static let ownKeys: Set = ["time", "level", "logger", "message", "error"]

    let label: String
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    /// Takes a line with its end.
    var write: @Sendable (String) -> Void = { line in
        // Where standard error cannot be written there is no place left to say so.
        _ = try? FileDescriptor.standardError.writeAll(line.utf8)
    }

    init(label: String) {
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        write(line(event, at: Date()) + "\n")
    }

    /// The line of an event, without its end.
    func line(_ event: LogEvent, at date: Date) -> String {
        var members = [
            ("time", Self.text(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))),
            ("level", Self.text(event.level.rawValue)), ("logger", Self.text(label)),
            ("message", Self.text(event.message.description)),
        ]
        if let error = event.error { members.append(("error", Self.text("\(error)"))) }
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            members.append(
                (
                    Self.ownKeys.contains(key) && (key != "error" || event.error != nil) ? "_\(key)" : key,
                    Self.json(value)
                ))
        }
        return "{" + members.map { "\(Self.text($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func json(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let text): self.text(text)
        case .stringConvertible(let value): text("\(value)")
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{"
                + values.sorted { $0.key < $1.key }.map { "\(text($0.key)):\(json($0.value))" }
                .joined(separator: ",") + "}"
        }
    }

    /// A text as JSON has it, with all control characters escaped.
    private static func text(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let data = try? encoder.encode(text) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }
}
