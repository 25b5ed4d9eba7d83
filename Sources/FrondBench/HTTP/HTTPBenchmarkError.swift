/// The failure of a measurement over HTTP to begin.
public struct HTTPBenchmarkError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public enum Code: String, Sendable {
        /// A URL that is not `http://host[:port][/path][?query]`.
        case invalidURL = "invalid-url"
        /// A setting out of its range.
        case invalidSetting = "invalid-setting"
        /// No server answers at a URL when the run begins.
        case cannotConnect = "cannot-connect"
    }

    public var code: Code
    /// One sentence that names the thing, the value and what is allowed.
    public var message: String

    public var description: String { message }
}
