import FrondBench

/// The results of ``GeneratorBenchmark``.
struct GeneratorBenchmarkReport: Codable, Sendable {
    /// One subject on one number of threads: the medians of all rounds.
    struct Row: Codable, Sendable {
        /// The measured subject, such as `segment`.
        var subject: String
        var threads: Int
        /// The time of one thread for one ID.
        var nanosecondsPerID: Double
        /// Of all threads together.
        var millionIDsPerSecond: Double
        /// IDs per second, as a part of the atomic adds per second in the same round on as many threads.
        var ratioToAtomicAdd: Double

        init(subject: String, threads: Int, rates: [Double], ratios: [Double]) {
            let rate = median(rates)
            self.subject = subject
            self.threads = threads
            nanosecondsPerID = Double(threads) * 1e9 / rate
            millionIDsPerSecond = rate / 1e6
            ratioToAtomicAdd = median(ratios)
        }
    }

    var rounds: Int
    var roundMilliseconds: Double
    var rows: [Row]
    /// Nil where it was not measured.
    var manyTags: ManyTagsReport?
}

extension GeneratorBenchmarkReport: CustomStringConvertible {
    /// A table for people.
    var description: String {
        var table = TextColumns(header: ["generator", "threads", "ns/ID", "M IDs/s", "of atomic add"])
        for row in rows {
            table.add([
                row.subject, "\(row.threads)", decimal(row.nanosecondsPerID, places: 2),
                decimal(row.millionIDsPerSecond, places: 2), decimal(row.ratioToAtomicAdd, places: 3),
            ])
        }
        let note = "medians of \(rounds) rounds of \(decimal(roundMilliseconds, places: 0)) ms"
        let tags = manyTags.map { "\n\n\($0)" } ?? ""
        return "\(table)\n\(note)\(tags)"
    }
}

/// The middle value, or the lower of the two in the middle.
func median(_ values: [Double]) -> Double {
    values.sorted()[(values.count - 1) / 2]
}
