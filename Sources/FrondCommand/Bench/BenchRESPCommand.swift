import ArgumentParser
import FrondBench
import FrondClient

/// `frond bench resp`: load on running servers as by Redis clients, and a check of every ID they give.
struct BenchRESPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resp", abstract: "Load servers by the Redis protocol and check that no ID comes twice.",
        discussion: """
            Ends with status 1 if an ID came back twice, on any connection of any server, if the IDs of a connection \
            did not increase, or if not every ID could be checked. A lost connection is made again for 30 seconds.
            """)

    @Argument(help: "Addresses of servers, such as 127.0.0.1:6380; several share the load.")
    var addresses: [String]

    @Option(parsing: .unconditional, help: "incr, incrby or next, which is FROND.NEXT.")
    var call = RESPBenchmark.Call.incr.rawValue

    @Option(parsing: .unconditional, help: "The key to ask for IDs of, such as order or snowflake/order.")
    var key = "bench"

    @Option(parsing: .unconditional, help: "IDs a request, of incrby and next. (default: 1)")
    var count: Int?

    @Option(parsing: .unconditional, help: "Connections over all addresses.")
    var connections = 50

    @Option(parsing: .unconditional, help: "Requests under way on each connection.")
    var pipeline = 1

    @Option(parsing: .unconditional, help: "How long to run.")
    var duration = "10s"

    @Option(parsing: .unconditional, help: "Threads of the load generator.")
    var threads = 1

    @Flag(inversion: .prefixedNo, help: "Check that the IDs of each connection increase.")
    var checkOrder = true

    @Option(parsing: .unconditional, help: "The memory that the check for duplicates may take, in MB.")
    var checkMemory = 2048

    @Option(parsing: .unconditional, help: TokenOption.help)
    var tokenFile: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() async throws {
        try await reportingFailures {
            let benchmark = try makeBenchmark()
            try Measuring.conclude(try await Measuring.run { try await benchmark.run(onProgress: $0) }, json: json)
        }
    }

    private func makeBenchmark() throws -> RESPBenchmark {
        let length = try Measuring.time(duration, "--duration")
        guard let call = RESPBenchmark.Call(rawValue: call) else {
            throw CommandFailure(.usage, "--call '\(call)' is unknown; use incr, incrby or next")
        }
        let token = try tokenFile.map { try ClientToken(file: $0) }
        do {
            return try RESPBenchmark(
                RESPBenchmark.Configuration(
                    addresses: addresses, call: call, key: key, count: count ?? 1,
                    load: HTTPBenchmark.Configuration(
                        urls: [], connections: connections, duration: length, pipelineDepth: pipeline,
                        checksOrder: checkOrder, checkMemoryBytes: checkMemory << 20, threads: threads, token: token)))
        } catch {
            throw CommandFailure(.usage, error.message)
        }
    }
}
