import Histogram

extension HTTPBenchmarkReport.Latency {
    /// - Parameter nanoseconds: nil is the result where it is empty.
    init?(_ nanoseconds: Histogram<UInt64>) {
        guard nanoseconds.totalCount > 0 else { return nil }
        func milliseconds(at percentile: Double) -> Double {
            // A bucket's upper end may lie beyond the largest value.
            Double(min(nanoseconds.valueAtPercentile(percentile), nanoseconds.maxRecorded)) / 1e6
        }
        self.init(
            meanMilliseconds: nanoseconds.mean / 1e6, p50Milliseconds: milliseconds(at: 50),
            p90Milliseconds: milliseconds(at: 90), p99Milliseconds: milliseconds(at: 99),
            p999Milliseconds: milliseconds(at: 99.9), maxMilliseconds: Double(nanoseconds.maxRecorded) / 1e6)
    }
}
