import Testing

@testable import Frond

@Suite("The record of a worker ID as text", .timeLimit(.minutes(5)))
struct WorkerRecordTextTests {
    @Test(
        "comes back as it was, whatever its holder is called",
        arguments: ["host", "", " a b ", "\u{301}x", "\u{200D}\u{FE0F}", "two\nlines\r\n", "back\\slash n", "🌿"])
    func comesBack(name: String) throws {
        var record = WorkerRecord.unreadable(7)
        record.token = 3
        record.holder = WorkerHolder(
            host: name, processID: 1, startedAtMilliseconds: 2, address: name, grpcAddress: name, version: name)
        let read = try WorkerRecord(text: record.text, at: "/workers/7")
        #expect(read == record)
        #expect(Array(read.text.utf8) == Array(record.text.utf8))
    }
}
