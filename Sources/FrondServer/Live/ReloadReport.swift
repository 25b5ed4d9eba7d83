/// The outcome of reading a running server's settings anew.
public struct ReloadReport: Codable, Hashable, Sendable {
    /// The names of the settings that have another value from now on.
    public var changed: [String]
    /// The names of the settings that differ from those in use, and need a restart.
    public var needRestart: [String]

    public init(changed: [String] = [], needRestart: [String] = []) {
        self.changed = changed
        self.needRestart = needRestart
    }
}
