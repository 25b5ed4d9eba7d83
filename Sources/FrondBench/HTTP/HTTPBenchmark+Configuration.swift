public import FrondClient

extension HTTPBenchmark {
    /// The requests of a measurement and their load.
    public struct Configuration: Sendable {
        /// `http://` URLs of any route that answers with IDs, one a line: decimal numbers or UUIDs. The connections
        /// are spread over them in turn.
        public var urls: [String]
        /// Over all URLs together: 1 to 65,535. Default 32.
        public var connections: Int
        /// The length of the run. Default 10 seconds.
        public var duration: Duration
        /// Requests sent on a connection before the first is answered: 1 to 1,024. Default 1.
        public var pipelineDepth: Int
        /// IDs asked for in each request by `?count=`; nil asks for what the URL says.
        public var count: Int?
        /// True if a lost connection is made again; a connection that cannot be made at the start ends the run in any
        /// case. Default true: a run lives on while a server is killed and restarted.
        public var reconnects: Bool
        /// The time, after its last answer, for which a lost connection is tried again. Default 30 seconds.
        public var reconnectFor: Duration
        /// True if IDs must increase on each connection. Turn it off for random UUIDs. Default true.
        ///
        /// After a reconnect the first ID is not compared with those before: behind one address there may be several
        /// servers, each with an order of its own. That no ID comes twice is checked over all of them, always.
        public var checksOrder: Bool
        /// The most memory for the IDs received, in bytes; beyond it the report says that the check is incomplete.
        /// Default 512 MiB: over 100 million single numbers, far more where each request asks for many, and
        /// 29 million UUIDs. The check at the end takes little beside, but three times as much for random UUIDs.
        public var checkMemoryBytes: Int
        /// Event loop threads: 1 to 64. Default 1.
        public var threads: Int
        /// The run ends after that many answers, if that is sooner; nil for no limit.
        public var maxRequests: Int?
        /// The token that is sent with every request, or at the beginning of a connection over RESP; nil for none.
        public var token: ClientToken?

        /// - Parameter urls: one or more.
        public init(
            urls: [String], connections: Int = 32, duration: Duration = .seconds(10), pipelineDepth: Int = 1,
            count: Int? = nil, reconnects: Bool = true, reconnectFor: Duration = .seconds(30),
            checksOrder: Bool = true, checkMemoryBytes: Int = 512 << 20, threads: Int = 1, maxRequests: Int? = nil,
            token: ClientToken? = nil
        ) {
            self.urls = urls
            self.connections = connections
            self.duration = duration
            self.pipelineDepth = pipelineDepth
            self.count = count
            self.reconnects = reconnects
            self.reconnectFor = reconnectFor
            self.checksOrder = checksOrder
            self.checkMemoryBytes = checkMemoryBytes
            self.threads = threads
            self.maxRequests = maxRequests
            self.token = token
        }
    }
}

extension HTTPBenchmark.Configuration {
    /// - Throws: `invalidSetting` or `invalidURL`, naming the setting, its value and what is allowed.
    func targets() throws(HTTPBenchmarkError) -> [BenchmarkTarget] {
        try check()
        var targets: [BenchmarkTarget] = []
        for url in urls { targets.append(try BenchmarkTarget(url: url, count: count, token: token?.text)) }
        return targets
    }

    /// - Throws: `invalidSetting`, naming the setting, its value and what is allowed.
    func check() throws(HTTPBenchmarkError) {
        func require(_ condition: Bool, _ name: String, _ value: String, _ range: String) throws(HTTPBenchmarkError) {
            guard condition else {
                throw HTTPBenchmarkError(
                    code: .invalidSetting, message: "\(name) \(value) is out of range: \(range)")
            }
        }
        try require(!urls.isEmpty, "urls", "[]", "one or more")
        try require((1...65_535).contains(connections), "connections", "\(connections)", "1 to 65535")
        try require(
            connections >= urls.count, "connections", "\(connections)", "\(urls.count) or more, one for each URL")
        try require(duration > .zero, "duration", "\(duration)", "above 0")
        try require((1...1024).contains(pipelineDepth), "pipeline", "\(pipelineDepth)", "1 to 1024")
        try require(count ?? 1 >= 1, "count", "\(count ?? 1)", "1 or more")
        try require(reconnectFor >= .zero, "reconnect-for", "\(reconnectFor)", "0 or more")
        try require(checkMemoryBytes >= 0, "check-memory", "\(checkMemoryBytes)", "0 or more")
        try require((1...64).contains(threads), "threads", "\(threads)", "1 to 64")
        try require(maxRequests ?? 1 >= 1, "max-requests", "\(maxRequests ?? 1)", "1 or more")
    }
}
