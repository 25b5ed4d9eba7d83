import ArgumentParser
import FrondBench
import FrondClient

/// `frond bench http`: load on running servers, and a check of every ID they give.
struct BenchHTTPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http", abstract: "Load servers and check that no ID comes twice.",
        discussion: """
            Ends with status 1 if an ID came back twice, on any connection of any server, if the IDs of a connection \
            did not increase, or if not every ID could be checked. A connection that is lost is made again for \
            --reconnect-for: a server may be killed and started anew during the run.
            """)

    @Argument(help: "Where to get IDs, such as http://127.0.0.1:8080/api/segment/get/order; several share the load.")
    var urls: [String]

    @Option(parsing: .unconditional, help: "Connections over all URLs.")
    var connections = 32

    @Option(parsing: .unconditional, help: "How long to run.")
    var duration = "10s"

    @Option(parsing: .unconditional, help: "Requests under way on each connection.")
    var pipeline = 1

    @Option(parsing: .unconditional, help: "IDs a request; without it each asks for one.")
    var count: Int?

    @Option(parsing: .unconditional, help: "Threads of the load generator.")
    var threads = 1

    @Option(parsing: .unconditional, help: "Stop after so many requests, though the time is not over.")
    var requests: Int?

    @Flag(inversion: .prefixedNo, help: "Connect again when a connection is lost.")
    var reconnect = true

    @Option(parsing: .unconditional, help: "How long to try to connect again.")
    var reconnectFor = "30s"

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

    private func makeBenchmark() throws -> HTTPBenchmark {
        do {
            return try HTTPBenchmark(
                HTTPBenchmark.Configuration(
                    urls: urls, connections: connections, duration: try Measuring.time(duration, "--duration"),
                    pipelineDepth: pipeline, count: count, reconnects: reconnect,
                    reconnectFor: try Measuring.time(reconnectFor, "--reconnect-for"), checksOrder: checkOrder,
                    checkMemoryBytes: checkMemory << 20, threads: threads, maxRequests: requests,
                    token: try tokenFile.map { try ClientToken(file: $0) }))
        } catch let error as HTTPBenchmarkError {
            throw CommandFailure(.usage, error.message)
        }
    }
}
