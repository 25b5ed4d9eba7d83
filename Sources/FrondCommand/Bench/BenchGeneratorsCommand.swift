import ArgumentParser
import FrondBench
import SystemPackage

/// `frond bench generators`: what an ID costs in process.
struct BenchGeneratorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generators", abstract: "Measure every generator in process, beside a bare atomic add.")

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Numbers of threads to measure with. (default: 1, 2 and one a core)")
    var threads: [Int] = []

    @Option(parsing: .unconditional, help: "Rounds; the median counts.")
    var rounds = 7

    @Option(parsing: .unconditional, help: "The length of a round.")
    var round = "100ms"

    @Option(parsing: .unconditional, help: "Tags to touch for the memory and speed of many tags; 0 leaves it out.")
    var tags = 100_000

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Where a server listens for gRPC, such as 127.0.0.1:9090: measures a client of it as well.")
    var server: [String] = []

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() async throws {
        try await reportingFailures {
            guard let length = Duration(text: round), length > .zero else {
                throw CommandFailure(.usage, "--round '\(round)' is not a time above zero such as 100ms or 1s")
            }
            guard (1...1000).contains(rounds), threads.allSatisfy({ (1...1024).contains($0) }),
                (0...10_000_000).contains(tags)
            else {
                throw CommandFailure(.usage, "--rounds takes 1 to 1000, --threads 1 to 1024, --tags 0 to 10000000")
            }
            let benchmark = GeneratorBenchmark(
                configuration: GeneratorBenchmark.Configuration(
                    threads: threads.isEmpty ? nil : threads, rounds: rounds, roundDuration: length, servers: server))
            var report = try await benchmark.run { progress in
                _ = try? FileDescriptor.standardError.writeAll("\(progress)\n".utf8)
            }
            if tags > 0 { report.manyTags = try await GeneratorBenchmark.measureManyTags(count: tags) }
            if json { try sayJSON(report) } else { try say(report.description) }
        }
    }
}
