import Frond

extension SegmentStoreContract {
    func expect(
        _ condition: Bool, _ promise: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
    ) throws {
        guard condition else { throw ContractViolation(promise(), file: file, line: line) }
    }

    func expectEqual<Value: Equatable>(
        _ found: Value, _ expected: Value, _ what: String, file: StaticString = #fileID, line: UInt = #line
    ) throws {
        try expect(found == expected, "\(what): expected \(expected), got \(found)", file: file, line: line)
    }

    func expectError(
        _ code: FrondError.Code, _ what: String, file: StaticString = #fileID, line: UInt = #line,
        _ body: () async throws(FrondError) -> Void
    ) async throws {
        do {
            try await body()
        } catch {
            try expectEqual(error.code, code, "\(what), which said '\(error)'", file: file, line: line)
            return
        }
        throw ContractViolation("\(what): expected the error \(code), got none", file: file, line: line)
    }

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
