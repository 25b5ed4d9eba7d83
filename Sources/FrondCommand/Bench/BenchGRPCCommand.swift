import ArgumentParser
import Frond
import FrondBench
import FrondClient

/// `frond bench grpc`: load on running servers by gRPC, and a check of every ID they give.
struct BenchGRPCCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grpc", abstract: "Load servers by gRPC and check that no ID comes twice.",
        discussion: """
            Without --call it measures, one after the other, unary calls, a stream of requests for one ID each, and a \
            stream of requests for --count IDs each. Ends with status 1 if an ID came back twice, if the IDs of a \
            stream or of a caller did not increase, or if not every ID could be checked.
            """)

    @Argument(help: "Addresses of servers, such as 127.0.0.1:9090; several share the load.")
    var addresses: [String]

    @Option(help: "unary or stream alone.")
    var call: String?

    @Option(help: "The tag to ask for IDs of.")
    var tag = "bench"

    @Option(help: "segment, snowflake, uuid or uuid4.")
    var generator = SegmentGenerators.kind.rawValue

    @Option(help: "Connections over all addresses.")
    var connections = 4

    @Option(help: "Requests under way on each connection. (default: 32 calls, 1024 requests of a stream)")
    var pipeline: Int?

    @Option(help: "IDs a request. (default: 1, and 1000 in the stream with batches)")
    var count: Int?

    @Option(help: "How long to run each measurement.")
    var duration = "10s"

    @Option(help: "Threads of the load generator.")
    var threads = 1

    @Flag(inversion: .prefixedNo, help: "Check that the IDs of each stream and caller increase.")
    var checkOrder = true

    @Option(help: "The memory that the check for duplicates may take, in MB.")
    var checkMemory = 2048

    @Option(parsing: .unconditional, help: TokenOption.help)
    var tokenFile: String?

    @Flag(help: "Print the reports as JSON.")
    var json = false

    func run() async throws {
        try await reportingFailures {
            var reports: [GRPCBenchmarkReport] = []
            for (call, count) in try measurements() {
                let benchmark = try makeBenchmark(call, count: count)
                let report = try await Measuring.run { try await benchmark.run(onProgress: $0) }
                if !json { try say((reports.isEmpty ? "" : "\n") + report.description) }
                reports.append(report)
            }
            if json { try sayJSON(reports) }
            let isGood = reports.allSatisfy { !$0.check.foundViolation && $0.check.isComplete && $0.requests > 0 }
            if !isGood { throw ExitCode(1) }
        }
    }

    private func measurements() throws -> [(GRPCBenchmark.Call, count: Int)] {
        guard let name = call else { return [(.unary, 1), (.stream, 1), (.stream, count ?? 1000)] }
        guard let call = GRPCBenchmark.Call(rawValue: name) else {
            throw CommandFailure(.usage, "--call '\(name)' is not unary or stream")
        }
        return [(call, count ?? 1)]
    }

    private func makeBenchmark(_ call: GRPCBenchmark.Call, count: Int) throws -> GRPCBenchmark {
        let length = try Measuring.time(duration, "--duration")
        let token = try tokenFile.map { try ClientToken(file: $0) }
        do {
            return try GRPCBenchmark(
                GRPCBenchmark.Configuration(
                    addresses: addresses, call: call, tag: tag, generator: generator, count: count,
                    connections: connections, pipelineDepth: pipeline ?? (call == .unary ? 32 : count == 1 ? 1024 : 64),
                    duration: length, checksOrder: checkOrder, checkMemoryBytes: checkMemory << 20, threads: threads,
                    token: token))
        } catch {
            throw CommandFailure(.usage, error.message)
        }
    }
}
