/// The results of ``HTTPBenchmark``.
public struct HTTPBenchmarkReport: Codable, Sendable {
    /// The largest number of duplicates, and of IDs out of order, that are named.
    static var exampleLimit: Int { 10 }

    /// A reason and how often it occurred.
    public struct Occurrences: Codable, Sendable {
        public var reason: String
        public var count: Int
    }

    /// From sending a request to the end of its answer; answers with IDs only.
    public struct Latency: Codable, Sendable {
        public var meanMilliseconds: Double
        public var p50Milliseconds: Double
        public var p90Milliseconds: Double
        public var p99Milliseconds: Double
        public var p999Milliseconds: Double
        public var maxMilliseconds: Double
    }

    public var urls: [String]
    public var connections: Int
    public var pipelineDepth: Int
    /// IDs asked for in each request; nil where the URLs say it.
    public var count: Int?
    /// The length of the run in seconds.
    public var elapsedSeconds: Double
    /// Answers with as many IDs as asked for.
    public var requests: Int
    public var requestsPerSecond: Double
    /// IDs received, also in answers that were cut off.
    public var ids: UInt64
    public var idsPerSecond: Double
    /// Nil where no answer had IDs.
    public var latency: Latency?
    /// Answers of any other kind, by status, the most frequent first.
    public var failures: [Occurrences]
    /// Connections lost or closed by the server.
    public var disconnects: Int
    /// Requests that were sent on them and not answered.
    public var lostRequests: Int
    /// The number of times a connection was made again.
    public var reconnects: Int
    /// The number of attempts to do so that failed.
    public var failedAttempts: Int
    /// Connections that could not be made again in the time set.
    public var connectionsGivenUp: Int
    /// The reasons for which connections were lost or not made, the most frequent first.
    public var connectionErrors: [Occurrences]
    public var check: Check
}

extension HTTPBenchmarkReport {
    init(
        _ configuration: HTTPBenchmark.Configuration, _ statistics: LoopStatistics, check: Check, elapsed: Duration
    ) {
        urls = configuration.urls
        connections = configuration.connections
        pipelineDepth = configuration.pipelineDepth
        count = configuration.count
        elapsedSeconds = elapsed.seconds
        requests = statistics.successes
        requestsPerSecond = Double(statistics.successes) / elapsed.seconds
        ids = check.idsReceived
        idsPerSecond = Double(check.idsReceived) / elapsed.seconds
        latency = Latency(statistics.latency)
        failures = Self.sorted(statistics.failures)
        disconnects = statistics.disconnects
        lostRequests = statistics.lostRequests
        reconnects = statistics.reconnects
        failedAttempts = statistics.failedAttempts
        connectionsGivenUp = statistics.givenUp
        connectionErrors = Self.sorted(statistics.connectionErrors)
        self.check = check
    }

    /// The most frequent first.
    static func sorted(_ counts: [String: Int]) -> [Occurrences] {
        counts.map { Occurrences(reason: $0, count: $1) }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }
}
