/// The results of ``GeneratorBenchmark``.
public struct GeneratorBenchmarkReport: Codable, Sendable {
    /// One subject on one number of threads: the medians of all rounds.
    public struct Row: Codable, Sendable {
        /// The measured subject, such as `segment`.
        public var subject: String
        public var threads: Int
        /// The time of one thread for one ID.
        public var nanosecondsPerID: Double
        /// Of all threads together.
        public var millionIDsPerSecond: Double
        /// IDs per second, as a part of the atomic adds per second in the same round on as many threads.
        public var ratioToAtomicAdd: Double

        init(subject: String, threads: Int, rates: [Double], ratios: [Double]) {
            let rate = median(rates)
            self.subject = subject
            self.threads = threads
            nanosecondsPerID = Double(threads) * 1e9 / rate
            millionIDsPerSecond = rate / 1e6
            ratioToAtomicAdd = median(ratios)
        }
    }

    public var rounds: Int
    public var roundMilliseconds: Double
    public var rows: [Row]
    /// Nil where it was not measured.
    public var manyTags: ManyTagsReport?
}

extension GeneratorBenchmarkReport: CustomStringConvertible {
    /// A table for people.
    public var description: String {
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
