/// The progress of a run over HTTP, once a second.
public struct HTTPBenchmarkProgress: Sendable {
    /// Since the first request.
    public var elapsed: Duration
    /// In the last second.
    public var requestsPerSecond: Double
    /// In the last second.
    public var idsPerSecond: Double
    /// Answers other than 200 with IDs, lost connections and failed attempts to connect, since the start.
    public var errors: Int
}

extension HTTPBenchmarkProgress: CustomStringConvertible {
    /// A line for people.
    public var description: String {
        let seconds = decimal(elapsed.seconds, places: 0)
        let requests = decimal(requestsPerSecond, places: 0)
        let ids = decimal(idsPerSecond, places: 0)
        return "\(seconds) s: \(requests) requests/s, \(ids) IDs/s, \(errors) error\(errors == 1 ? "" : "s")"
    }
}
