import Foundation
import Frond
import Testing

@testable import generator_benchmarks

struct GeneratorBenchmarkTests {
    private let quick = GeneratorBenchmark(
        configuration: .init(threads: [2, 1, 1], rounds: 1, roundDuration: .microseconds(100)))

    @Test("each subject is measured on each number of threads beside the atomic add")
    func eachSubjectIsMeasuredOnEachNumberOfThreadsBesideTheAtomicAdd() async throws {
        let report = try await quick.run([BenchmarkSubject("uuid v4", RandomUUIDGenerator())])
        #expect(report.rows.map(\.threads) == [1, 1, 2, 2])
        #expect(report.rows.map(\.subject) == ["atomic add", "uuid v4", "atomic add", "uuid v4"])
        #expect(report.rows.allSatisfy { $0.nanosecondsPerID > 0 && $0.millionIDsPerSecond > 0 })
        #expect(report.rows.filter { $0.subject == "atomic add" }.allSatisfy { $0.ratioToAtomicAdd == 1 })
        #expect(report.description.contains("uuid v4"))
    }

    @Test("the standard subjects give IDs") func theStandardSubjectsGiveIDs() async throws {
        let snowflakes = try BenchmarkSnowflakes()
        for subject in try await GeneratorBenchmark.standardSubjects(snowflakes) where subject.idsPerCall <= 4096 {
            _ = try subject.make()
        }
    }

    @Test("a generator that fails ends the run") func aGeneratorThatFailsEndsTheRun() async throws {
        await #expect(throws: FrondError.self) {
            try await quick.run([BenchmarkSubject("down", DownGenerator())])
        }
    }

    @Test("many tags are measured") func manyTagsAreMeasured() async throws {
        let report = try await GeneratorBenchmark.measureManyTags(count: 100, idsPerRound: 1000)
        #expect(report.tags == 100)
        #expect(report.nanosecondsPerIDAllTags > 0)
    }

    @Test("a subject below its threshold is named, and a threshold that names no subject is refused")
    func thresholds() throws {
        let report = GeneratorBenchmarkReport(
            rounds: 1, roundMilliseconds: 1,
            rows: [1, 2].map { .init(subject: "segment", threads: $0, rates: [1e6], ratios: [$0 == 1 ? 0.5 : 0.1]) })
        #expect(try BenchmarkThresholds(["segment": 0.5]).misses(of: report) == [])
        #expect(
            try BenchmarkThresholds(["segment": 0.6]).misses(of: report)
                == ["segment on 1 thread: 0.500 of the atomic add, at least 0.600 is wanted"])
        #expect(throws: ThresholdError.self) { try BenchmarkThresholds(["segmnt": 0.5]).misses(of: report) }
    }

    @Test("the committed thresholds name standard subjects")
    func committedThresholds() async throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let file = tests.appending(path: "../../Benchmarks/thresholds.json")
        let thresholds = try BenchmarkThresholds(json: Data(contentsOf: file))
        let report = try await quick.run(try await GeneratorBenchmark.standardSubjects(BenchmarkSnowflakes()))
        _ = try thresholds.misses(of: report)
        #expect(thresholds.leastRatios.count >= 5)
    }

    @Test("a row is the median of its rounds") func aRowIsTheMedianOfItsRounds() {
        let row = GeneratorBenchmarkReport.Row(
            subject: "s", threads: 2, rates: [1e6, 4e6, 2e6], ratios: [0.5, 0.9, 0.7])
        #expect(row.millionIDsPerSecond == 2)
        #expect(row.nanosecondsPerID == 1000)
        #expect(row.ratioToAtomicAdd == 0.7)
    }
}

/// Never has an ID.
private struct DownGenerator: IDGenerator {
    func nextIfReady() -> Int64? { nil }
    func next() async throws(FrondError) -> Int64 { throw FrondError(.storeUnavailable, "down") }
    func next(count: Int) async throws(FrondError) -> [Int64] { throw FrondError(.storeUnavailable, "down") }
}
