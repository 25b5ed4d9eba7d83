import Foundation
import FrondBench

/// The least speed of each subject on one thread, as a part of the atomic adds in the same round.
struct BenchmarkThresholds {
    let leastRatios: [String: Double]

    init(_ leastRatios: [String: Double]) {
        self.leastRatios = leastRatios
    }

    /// - Parameter json: an object of subjects and ratios.
    init(json: Data) throws {
        leastRatios = try JSONDecoder().decode([String: Double].self, from: json)
    }

    /// Returns a line for each subject that is slower than its threshold.
    /// - Throws: ``ThresholdError`` for a threshold whose subject was not measured.
    func misses(of report: GeneratorBenchmarkReport) throws(ThresholdError) -> [String] {
        var lines: [String] = []
        for (subject, least) in leastRatios.sorted(by: { $0.key < $1.key }) {
            guard let row = report.rows.first(where: { $0.subject == subject && $0.threads == 1 }) else {
                throw ThresholdError(description: "'\(subject)' was not measured on 1 thread; name a row of the report")
            }
            guard row.ratioToAtomicAdd < least else { continue }
            lines.append(
                "\(subject) on 1 thread: \(decimal(row.ratioToAtomicAdd, places: 3)) of the atomic add, "
                    + "at least \(decimal(least, places: 3)) is wanted")
        }
        return lines
    }
}

/// A threshold that cannot be checked.
struct ThresholdError: Error, CustomStringConvertible {
    let description: String
}
