/// The requests over HTTP that have a line in the log.
public enum AccessLogLevel: String, CaseIterable, Hashable, Sendable {
    case off
    /// Those that are answered with an error.
    case errors
    /// All. Every request then takes the ordinary way, which costs speed.
    case all
}
