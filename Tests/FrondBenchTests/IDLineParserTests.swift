import Frond
import Testing

@testable import FrondBench

struct IDLineParserTests {
    /// Each ID as the recorder took it, with the parser as it stands after the body.
    private func parse(_ parts: [String]) -> (parser: IDLineParser, recorder: IDRecorder) {
        var parser = IDLineParser()
        var recorder = IDRecorder(budget: RecordingBudget(bytes: 1 << 20), exampleLimit: 10)
        for part in parts { Array(part.utf8).withUnsafeBytes { parser.consume($0, into: &recorder) } }
        parser.endBody(into: &recorder)
        recorder.finish()
        return (parser, recorder)
    }

    private func ids(_ parts: [String]) -> [String] {
        let log = parse(parts).recorder.log
        var cursor = IDLogCursor(log: 0)
        var ids: [String] = []
        while cursor.advance(in: [log]) {
            for step in 0..<(cursor.end - cursor.first) { ids.append(ReceivedID(cursor.first + step).description) }
        }
        return ids
    }

    @Test("a body may be cut anywhere") func aBodyMayBeCutAnywhere() {
        let lines = [
            "1", "9223372036854775807", "01932c07-209c-7a8e-8b5d-0f1d2c3b4a59", "42",
            "a1932c07-209c-4a8e-8b5d-0f1d2c3b4a59",
        ]
        let body = lines.joined(separator: "\n")
        for cut in 0...body.count {
            #expect(ids([String(body.prefix(cut)), String(body.dropFirst(cut))]) == lines)
        }
    }

    @Test("the last line feed is optional") func theLastLineFeedIsOptional() {
        #expect(ids(["1\n2\n"]) == ["1", "2"])
        #expect(ids(["1\n2"]) == ["1", "2"])
        #expect(ids([""]) == [])
    }

    @Test(
        "a line that is not an ID is counted and not recorded",
        arguments: [
            "x", "-1", "1 ", "12345678901234567890", "\n", "{\"ids\":[\"1\"]}", "01932c07-209c-7a8e-8b5d-0f1d2c3b4a5",
            "01932c07-209c-7a8e-8b5d-0f1d2c3b4a590", "01932c07x209c-7a8e-8b5d-0f1d2c3b4a59", "123456789-abc",
        ])
    func whatIsNoIDIsCountedAndNotRecorded(_ line: String) {
        let (parser, recorder) = parse([line])
        #expect(parser.malformed == 1)
        #expect(recorder.count == 0)
    }
}
