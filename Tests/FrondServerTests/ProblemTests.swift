import Frond
import HTTPTypes
import Testing

@testable import FrondServer

@Suite("Problems", .timeLimit(.minutes(5)))
struct ProblemTests {
    @Test("every error of Frond has a status, and 503 says when to come back", arguments: FrondError.Code.allCases)
    func statuses(code: FrondError.Code) {
        let problem = Problem(FrondError(code, "why", retryAfter: .milliseconds(1200)))
        #expect([400, 401, 403, 404, 409, 410, 429, 503].contains(problem.status.code))
        let stays: [FrondError.Code] = [.exhausted, .layoutExhausted, .storeCorrupt]
        let helpsToRetry = [429, 503].contains(problem.status.code) && !stays.contains(code)
        #expect((problem.headers[.retryAfter] == "2") == helpsToRetry)
        #expect(problem.code == code.rawValue)
        #expect(problem.detail == "why")
    }
}
