import Frond
import FrondBench
import NIOCore
import NIOPosix

/// Measures the generators in this process, beside a bare atomic add in the same run.
///
/// A round measures every subject once, for a fixed time, on threads of its own; there are several rounds, and each
/// subject is compared with the atomic add of its own round. The medians are reported: machines are noisy.
struct GeneratorBenchmark: Sendable {
    /// The measurements and their length.
    struct Configuration: Sendable {
        /// The number of threads that make IDs at the same time: one measurement for each. Default: 1, 2 and one a
        /// core.
        var threads: [Int]
        /// Odd is best, for the median. Default 7.
        var rounds: Int
        /// The length of each subject in each round. Default 100 ms.
        var roundDuration: Duration
        /// The addresses where servers listen for gRPC, to measure a client of theirs as well; none by default.
        var servers: [String]

        init(
            threads: [Int]? = nil, rounds: Int = 7, roundDuration: Duration = .milliseconds(100),
            servers: [String] = []
        ) {
            let threads = threads ?? [1, 2, System.coreCount]
            precondition(threads.allSatisfy { $0 >= 1 }, "a measurement takes one thread or more")
            precondition(rounds >= 1, "a median takes one round or more")
            self.threads = Set(threads).sorted()
            self.rounds = rounds
            self.roundDuration = roundDuration
            self.servers = servers
        }
    }

    let configuration: Configuration

    init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Measures every generator; takes threads × rounds × 9 × the round's duration, 13 seconds by default.
    /// - Parameter onProgress: called before each measurement, with a line for people.
    /// - Throws: ``FrondError`` where a generator fails.
    func run(onProgress: (String) -> Void = { _ in }) async throws -> GeneratorBenchmarkReport {
        let snowflakes = try BenchmarkSnowflakes()
        let subjects = try await Self.standardSubjects(snowflakes)
        guard !configuration.servers.isEmpty else { return try await run(subjects, onProgress: onProgress) }
        let client = try BenchmarkClient(servers: configuration.servers)
        let report: Result<GeneratorBenchmarkReport, any Error>
        do {
            report = .success(try await run(subjects + client.subjects(), onProgress: onProgress))
        } catch {
            report = .failure(error)
        }
        await client.shutdown()
        return try report.get()
    }

    /// Every generator that needs no server. To add one, add its line.
    static func standardSubjects(_ snowflakes: BenchmarkSnowflakes) async throws -> [BenchmarkSubject] {
        let segment = try await segmentGenerator()
        return [
            BenchmarkSubject("segment", segment),
            BenchmarkSubject("segment, 1000 a call", segment, batchesOf: 1000),
            BenchmarkSubject("snowflake, 22 bits", snowflakes.wide),
            BenchmarkSubject("snowflake, 22 bits, 1000 a call", snowflakes.wide, batchesOf: 1000),
            BenchmarkSubject("snowflake, 12 bits: 4.096 M/s", snowflakes.standard),
            BenchmarkSubject("uuid v4", RandomUUIDGenerator()),
            BenchmarkSubject("uuid v7", TimeOrderedUUIDGenerator()),
        ]
    }

    /// Over a store in memory, with segments so long that what is measured is the generator and not the store.
    private static func segmentGenerator() async throws -> SegmentGenerator {
        let store = BenchmarkStore()
        let tag = try Tag("bench")
        _ = try await store.create(tag, TagSettings(step: 10_000_000))
        let generator = SegmentGenerator(tag: tag, store: store, policy: SegmentPolicy(maxStep: TagRecord.largestStep))
        _ = try await generator.next()
        return generator
    }

    func run(
        _ subjects: [BenchmarkSubject], onProgress: (String) -> Void = { _ in }
    ) async throws -> GeneratorBenchmarkReport {
        let pool = NIOThreadPool(numberOfThreads: configuration.threads.max() ?? 1)
        pool.start()
        var rows: [GeneratorBenchmarkReport.Row] = []
        do {
            for threads in configuration.threads {
                onProgress("\(subjects.count + 1) subjects on \(threads) thread\(threads == 1 ? "" : "s")")
                let round = ThreadedRound(pool: pool, threads: threads, duration: configuration.roundDuration)
                rows += try await measure(subjects, by: round)
            }
        } catch {
            try await pool.shutdownGracefully()
            throw error
        }
        try await pool.shutdownGracefully()
        return GeneratorBenchmarkReport(
            rounds: configuration.rounds, roundMilliseconds: configuration.roundDuration.seconds * 1000, rows: rows)
    }

    private func measure(
        _ subjects: [BenchmarkSubject], by round: ThreadedRound
    ) async throws -> [GeneratorBenchmarkReport.Row] {
        let atomic = BenchmarkSubject.atomicAdd()
        var atomicRates: [Double] = []
        var rates = [[Double]](repeating: [], count: subjects.count)
        for _ in 0..<configuration.rounds {
            atomicRates.append(try await round.rate(of: atomic))
            for (index, subject) in subjects.enumerated() { rates[index].append(try await round.rate(of: subject)) }
        }
        let all = zip([atomic] + subjects, [atomicRates] + rates)
        return all.map { subject, rates in
            .init(
                subject: subject.name, threads: round.threads, rates: rates,
                ratios: zip(rates, atomicRates).map { $0 / $1 })
        }
    }
}
