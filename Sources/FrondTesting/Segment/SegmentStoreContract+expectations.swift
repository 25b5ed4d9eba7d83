import Frond

extension SegmentStoreContract: ContractExpectations {
    /// The segments cover the numbers from `first` on, each number once, without a gap.
    func expectCover(
        _ segments: [Segment], from first: Int64, file: StaticString = #fileID, line: UInt = #line
    ) throws {
        var next = first
        for segment in segments.sorted(by: { $0.first < $1.first }) {
            let fault = segment.first < next ? "numbers were reserved twice" : "there is a gap"
            try expect(
                segment.first == next, "\(fault): a segment begins at \(segment.first) and not at \(next)",
                file: file, line: line)
            next = segment.end
        }
    }

    func makeTag(_ name: String = "order") throws -> Tag { try Tag(name) }
}
