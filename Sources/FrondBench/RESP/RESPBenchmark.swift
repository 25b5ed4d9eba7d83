import FrondClient

/// Measures any deployment over RESP, and checks what it answers: as ``HTTPBenchmark`` does, no ID may have come twice.
public struct RESPBenchmark: Sendable {
    /// The command that is sent again and again.
    public enum Call: String, CaseIterable, Sendable {
        /// `INCR key`.
        case incr
        /// `INCRBY key n`, whose answer stands for n numbers.
        case incrby
        /// `FROND.NEXT key COUNT n`.
        case next
    }

    /// The requests of a measurement and their load.
    public struct Configuration: Sendable {
        /// `host:port` of RESP servers. The connections are spread over them in turn.
        public var addresses: [String]
        public var call: Call
        /// The name of the sequence, such as `order` or `snowflake/order`.
        public var key: String
        /// IDs of each request, which is 1 for ``Call/incr``.
        public var count: Int
        /// The load and the check, as over HTTP; its `urls` and `count` are set by those above.
        public var load: HTTPBenchmark.Configuration

        public init(
            addresses: [String], call: Call = .incr, key: String = "bench", count: Int = 1,
            load: HTTPBenchmark.Configuration = HTTPBenchmark.Configuration(urls: [])
        ) {
            self.addresses = addresses
            self.call = call
            self.key = key
            self.count = count
            self.load = load
        }
    }

    private let benchmark: HTTPBenchmark

    /// - Throws: ``HTTPBenchmarkError`` for an address or a setting that cannot be measured, naming it.
    public init(_ configuration: Configuration) throws(HTTPBenchmarkError) {
        guard configuration.call != .incr || configuration.count == 1 else {
            throw HTTPBenchmarkError(
                code: .invalidSetting, message: "count \(configuration.count) is out of range: INCR takes one ID")
        }
        let command = BenchmarkCommand(
            call: configuration.call, key: configuration.key, count: configuration.count)
        var targets: [BenchmarkTarget] = []
        for address in configuration.addresses {
            targets.append(
                try BenchmarkTarget(
                    address: address, command: command, token: configuration.load.token?.text))
        }
        var load = configuration.load
        load.urls = targets.map(\.url)
        load.count = configuration.count
        benchmark = try HTTPBenchmark(load, targets: targets)
    }

    /// Connects, measures, and checks. Cancellation ends the run early; what was measured until then is reported.
    /// - Parameter onProgress: called once a second while requests are sent, from any thread.
    /// - Throws: ``HTTPBenchmarkError/Code/cannotConnect`` where no server answers at an address at the start.
    public func run(
        onProgress: @escaping @Sendable (HTTPBenchmarkProgress) -> Void = { _ in }
    ) async throws -> HTTPBenchmarkReport {
        try await benchmark.run(onProgress: onProgress)
    }
}
