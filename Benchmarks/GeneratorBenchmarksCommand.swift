import ArgumentParser
import Foundation
import FrondBench

/// `generator-benchmarks`: the cost of an ID in process.
@main
struct GeneratorBenchmarksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generator-benchmarks",
        abstract: "Measure every generator in process, beside a bare atomic add.")

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Numbers of threads to measure with. (default: 1, 2 and one a core)")
    var threads: [Int] = []

    @Option(help: "Rounds; the median counts.")
    var rounds = 7

    @Option(help: "The length of each subject in each round, in milliseconds.")
    var milliseconds = 100

    @Option(help: "Tags to touch for the memory and speed of many tags; 0 leaves it out.")
    var tags = 100_000

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Where a server listens for gRPC, such as 127.0.0.1:9090: measures a client of it as well.")
    var server: [String] = []

    @Option(help: "A JSON file of subjects and their least ratios to the atomic add; a slower one fails the run.")
    var thresholds: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(rounds), threads.allSatisfy({ (1...1024).contains($0) }),
            (0...10_000_000).contains(tags), (1...60_000).contains(milliseconds)
        else {
            throw ValidationError(
                "--rounds takes 1 to 1000, --threads 1 to 1024, --milliseconds 1 to 60000, --tags 0 to 10000000")
        }
    }

    func run() async throws {
        let thresholds = try thresholds.map { try BenchmarkThresholds(json: Data(contentsOf: URL(filePath: $0))) }
        let benchmark = GeneratorBenchmark(
            configuration: GeneratorBenchmark.Configuration(
                threads: threads.isEmpty ? nil : threads, rounds: rounds,
                roundDuration: .milliseconds(milliseconds), servers: server))
        var report = try await benchmark.run { progress in
            FileHandle.standardError.write(Data("\(progress)\n".utf8))
        }
        if tags > 0 { report.manyTags = try await GeneratorBenchmark.measureManyTags(count: tags) }
        print(json ? String(decoding: try JSONEncoder().encode(report), as: UTF8.self) : report.description)
        let misses = try thresholds?.misses(of: report) ?? []
        for line in misses { FileHandle.standardError.write(Data("slow: \(line)\n".utf8)) }
        if !misses.isEmpty { throw ExitCode.failure }
    }
}
