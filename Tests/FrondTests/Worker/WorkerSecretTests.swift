import Frond
import Testing

@Suite("The secret of a holding", .timeLimit(.minutes(5)))
struct WorkerSecretTests {
    @Test("is read back from its text and from its bytes")
    func roundTrip() throws {
        for _ in 0..<100 {
            let secret = WorkerSecret.random()
            #expect(secret.text.utf8.count == 32)
            #expect(WorkerSecret(text: secret.text) == secret)
            #expect(secret.bytes.count == 16)
            #expect(WorkerSecret(bytes: secret.bytes) == secret)
            #expect(secret != .random())
        }
    }

    @Test(
        "is read from nothing else",
        arguments: ["", "x", "+123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef0"])
    func refuses(text: String) {
        #expect(WorkerSecret(text: text) == nil)
        #expect(WorkerSecret(bytes: Array(text.utf8.prefix(15))) == nil)
    }

    @Test("is not shown by what prints a record")
    func hides() throws {
        let secret = WorkerSecret.random()
        let record = try WorkerRecord.unused(1).acquiring(
            by: WorkerHolder(host: "host", processID: 1, startedAtMilliseconds: 0), nowMilliseconds: 1,
            length: .seconds(3), secret: secret)
        var dumped = ""
        dump(record, to: &dumped)
        for text in ["\(record)", String(reflecting: record), dumped, "\(WorkerLease(record: record))"] {
            #expect(!text.contains(secret.text))
            #expect(!text.contains("high"))
        }
        #expect(record.withoutSecret.secret == nil)
    }

    @Test("stands in the text of a record, which an earlier version reads as well")
    func inTexts() throws {
        let record = try WorkerRecord.unused(1).acquiring(
            by: WorkerHolder(host: "host", processID: 1, startedAtMilliseconds: 0), nowMilliseconds: 1,
            length: .seconds(3), secret: .random())
        #expect(try WorkerRecord(text: record.text, at: "here") == record)
        let old = record.withoutSecret
        #expect(try WorkerRecord(text: old.text, at: "here") == old)
        #expect(throws: FrondError.self) {
            try WorkerRecord(text: old.text.replacing("end\n", with: "secret x\nend\n"), at: "here")
        }
    }
}
