package import Frond

extension Frond_V1_NumberRun {
    package init(_ run: NumberRun) {
        self.init()
        first = run.first
        count = run.count
        if run.stride != 1 { stride = run.stride }
    }
}

extension NumberRun {
    /// - Throws: `storeCorrupt` for numbers that cannot be: fewer than one, a stride below 1, or beyond the largest.
    package init(_ run: Frond_V1_NumberRun) throws(FrondError) {
        let stride = run.stride == 0 ? 1 : run.stride
        let (span, overflows) = (run.count &- 1).multipliedReportingOverflow(by: stride)
        let (_, overflowsToo) = run.first.addingReportingOverflow(span)
        guard run.count >= 1, stride >= 1, !overflows, !overflowsToo else {
            throw FrondError(
                .storeCorrupt,
                "the server answered with \(run.count) numbers from \(run.first) at a stride of \(run.stride)")
        }
        self.init(first: run.first, count: run.count, stride: stride)
    }
}
