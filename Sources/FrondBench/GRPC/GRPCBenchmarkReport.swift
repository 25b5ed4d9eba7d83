import Histogram

/// The results of ``GRPCBenchmark``.
public struct GRPCBenchmarkReport: Codable, Sendable {
    public var call: GRPCBenchmark.Call
    public var urls: [String]
    public var generator: String
    public var connections: Int
    public var pipelineDepth: Int
    /// IDs asked for in each request.
    public var count: Int
    /// The length of the run in seconds.
    public var elapsedSeconds: Double
    /// Answers with as many IDs as asked for.
    public var requests: Int
    public var requestsPerSecond: Double
    public var ids: UInt64
    public var idsPerSecond: Double
    /// Nil where no answer had IDs.
    public var latency: HTTPBenchmarkReport.Latency?
    /// Answers of any other kind, and streams that were lost, by reason, the most frequent first.
    public var failures: [HTTPBenchmarkReport.Occurrences]
    public var check: HTTPBenchmarkReport.Check

    /// - Parameter urls: of each connection.
    init(_ configuration: GRPCBenchmark.Configuration, _ lanes: [GRPCLane], urls: [String], elapsed: Duration) {
        var latency = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        var failures: [String: Int] = [:]
        for lane in lanes {
            latency.add(lane.latency)
            failures.merge(lane.failures, uniquingKeysWith: +)
        }
        let recorders = lanes.map { lane in
            var recorder = lane.recorder
            recorder.finish()
            return recorder
        }
        check = HTTPBenchmarkReport.Check(
            recorders, urls: lanes.map { urls[$0.connection] }, checksOrder: configuration.checksOrder)
        call = configuration.call
        self.urls = configuration.addresses
        generator = configuration.generator
        connections = configuration.connections
        pipelineDepth = configuration.pipelineDepth
        count = configuration.count
        elapsedSeconds = elapsed.seconds
        requests = lanes.reduce(0) { $0 + $1.successes }
        requestsPerSecond = Double(requests) / elapsed.seconds
        ids = check.idsReceived
        idsPerSecond = Double(check.idsReceived) / elapsed.seconds
        self.latency = HTTPBenchmarkReport.Latency(latency)
        self.failures = HTTPBenchmarkReport.sorted(failures)
    }
}

extension GRPCBenchmarkReport: CustomStringConvertible {
    /// For people.
    public var description: String {
        let title =
            "\(call.rawValue), \(generator): \(urls.joined(separator: " "))\n\(connections) connections, "
            + "\(pipelineDepth) requests under way on each, count \(count), \(decimal(elapsedSeconds, places: 1)) s"
        var table = TextColumns(header: ["", "total", "per second"])
        table.add(["requests", "\(requests)", decimal(requestsPerSecond, places: 0)])
        table.add(["IDs", "\(ids)", decimal(idsPerSecond, places: 0)])
        var parts = [title, table.description, latency?.description ?? "no answer had IDs"]
        if !failures.isEmpty {
            var table = TextColumns(header: ["failures", "count"])
            for failure in failures { table.add([failure.reason, "\(failure.count)"]) }
            parts.append(table.description)
        }
        return (parts + [check.description]).joined(separator: "\n\n")
    }
}
