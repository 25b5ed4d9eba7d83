/// Why a measurement over HTTP could not begin.
public struct HTTPBenchmarkError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Code: String, Sendable {
        /// A URL that is not `http://host[:port][/path][?query]`.
        case invalidURL = "invalid-url"
        /// A setting out of its range.
        case invalidSetting = "invalid-setting"
        /// Nobody answers at a URL when the run begins.
        case cannotConnect = "cannot-connect"
    }

    public var code: Code
    /// One sentence that names the thing, the value and what is allowed.
    public var message: String

    public var description: String { message }
}
