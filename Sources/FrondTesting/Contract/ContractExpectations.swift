import Frond

/// The failure of a contract suite when a promise is broken: a ``ContractViolation`` that names the line.
protocol ContractExpectations {}

extension ContractExpectations {
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
}
