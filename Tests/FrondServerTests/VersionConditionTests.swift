import Frond
import HTTPTypes
import Testing

@testable import FrondServer

@Suite("If-Match", .timeLimit(.minutes(5)))
struct VersionConditionTests {
    private func record() throws -> TagRecord {
        try TagSettings().newRecord(try Frond.Tag("order"), nowMilliseconds: 0)
    }

    @Test("without the field, and with a star, any version will do", arguments: [[], ["*"], [" * "]])
    func any(values: [String]) throws {
        #expect(try VersionCondition(ifMatch: values).version(record()) == nil)
    }

    @Test("one of the versions has to be the tag's")
    func one() throws {
        let record = try record()
        let own = EntityTag.value(of: record)
        for values in [[own], ["\"1\", \(own)"], ["\"1\"", own], ["\"of another server\",\(own) "]] {
            #expect(try VersionCondition(ifMatch: values).version(record) == record.settings.version)
        }
        for values in [["\"1\""], ["W/\(own)"], ["\"\""], ["\"of another server\""]] {
            let problem = #expect(throws: Problem.self) { try VersionCondition(ifMatch: values).version(record) }
            #expect(problem?.status == .preconditionFailed)
        }
    }

    @Test(
        "a value that is no list of entity tags is refused", arguments: ["", " ", "5", "\"", "W/", "\"1\",2", "W/\""])
    func malformed(value: String) {
        let problem = #expect(throws: Problem.self) { try VersionCondition(ifMatch: [value]) }
        #expect(problem?.status == .badRequest)
    }
}
