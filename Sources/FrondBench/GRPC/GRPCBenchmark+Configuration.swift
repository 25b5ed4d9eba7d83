import FrondAPI
public import FrondClient

extension GRPCBenchmark {
    /// The kind of call that asks for IDs.
    public enum Call: String, Codable, Hashable, Sendable, CaseIterable {
        /// A call of `Next` or `NextBatch` for each request.
        case unary
        /// Requests on one `Stream` a connection, sent without waiting for answers.
        case stream
    }

    /// The requests of a measurement and their load.
    public struct Configuration: Sendable {
        /// `host:port` of servers, or `grpc://host:port`; the connections are spread over them in turn.
        public var addresses: [String]
        public var call: Call
        /// The tag whose IDs are asked for. Default `bench`.
        public var tag: String
        /// `segment`, `snowflake`, `uuid` or `uuid4`. Default `segment`.
        public var generator: String
        /// IDs a request: 1 or more. Default 1.
        public var count: Int
        /// Over all addresses together: 1 to 1,024. Default 4.
        public var connections: Int
        /// Requests under way on each connection: 1 to 65,536. Default 32.
        public var pipelineDepth: Int
        /// The length of the run. Default 10 seconds.
        public var duration: Duration
        /// True if IDs must increase on each stream, and for each caller of unary calls. Default true.
        public var checksOrder: Bool
        /// The most memory for the IDs received, in bytes. Default 512 MiB.
        public var checkMemoryBytes: Int
        /// Event loop threads: 1 to 64. Default 1.
        public var threads: Int
        /// The token that is sent with every call; nil for none.
        public var token: ClientToken?

        public init(
            addresses: [String], call: Call, tag: String = "bench", generator: String = "segment", count: Int = 1,
            connections: Int = 4, pipelineDepth: Int = 32, duration: Duration = .seconds(10),
            checksOrder: Bool = true, checkMemoryBytes: Int = 512 << 20, threads: Int = 1, token: ClientToken? = nil
        ) {
            self.addresses = addresses
            self.call = call
            self.tag = tag
            self.generator = generator
            self.count = count
            self.connections = connections
            self.pipelineDepth = pipelineDepth
            self.duration = duration
            self.checksOrder = checksOrder
            self.checkMemoryBytes = checkMemoryBytes
            self.threads = threads
            self.token = token
        }
    }
}

extension GRPCBenchmark.Configuration {
    /// - Throws: `invalidSetting` or `invalidURL`, naming the setting, its value and what is allowed.
    func targets() throws(HTTPBenchmarkError) -> [GRPCBenchmarkTarget] {
        func require(_ condition: Bool, _ name: String, _ value: String, _ range: String) throws(HTTPBenchmarkError) {
            guard condition else {
                throw HTTPBenchmarkError(
                    code: .invalidSetting, message: "\(name) \(value) is out of range: \(range)")
            }
        }
        try require(!addresses.isEmpty, "addresses", "[]", "one or more")
        try require(
            (addresses.count...1024).contains(connections) && connections >= 1, "connections", "\(connections)",
            "1 to 1024, and one for each address")
        try require((1...65_536).contains(pipelineDepth), "pipeline", "\(pipelineDepth)", "1 to 65536")
        try require((1...Int(Int32.max)).contains(count), "count", "\(count)", "1 to \(Int32.max)")
        try require(duration > .zero, "duration", "\(duration)", "above 0")
        try require(checkMemoryBytes >= 0, "check-memory", "\(checkMemoryBytes)", "0 or more")
        try require((1...64).contains(threads), "threads", "\(threads)", "1 to 64")
        try require(
            Frond_V1_Generator(named: generator) != nil, "generator", generator, Frond_V1_Generator.names)
        var targets: [GRPCBenchmarkTarget] = []
        for address in addresses { targets.append(try GRPCBenchmarkTarget(address)) }
        return targets
    }
}
