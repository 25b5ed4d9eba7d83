import NIOCore
import Testing

@testable import RESP

@Suite("Replies of RESP")
struct ReplyTests {
    private static let values: [RESPValue] = [
        .simple("OK"), .simple(""), .error("ERR unknown command"), .integer(0), .integer(.max), .integer(.min),
        .integer(-7), .integer(10), .integer(99), .integer(1_000_000_000_000_000_000), .text("a\r\nb"), .text(""),
        .null,
        .array([]), .array([.integer(1), .text("b"), .array([.null, .simple("c")])]),
        .map([.init(.text("a"), .integer(1)), .init(.text("b"), .array([]))]), .map([]),
    ]
    private static let ofVersion3: [RESPValue] = [
        .set([.integer(1)]), .push([.text("x")]), .boolean(true), .boolean(false), .double(1.5), .double(.infinity),
        .double(-.infinity), .bigNumber("-123456789012345678901234567890"),
        .verbatim(format: "txt", ByteBuffer(string: "a")),
        .array([.boolean(true), .map([.init(.simple("a"), .set([]))])]),
    ]

    private static func written(_ value: RESPValue, _ version: RESPVersion) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeRESP(value, version)
        return buffer
    }

    @Test("of version 3 are read as they were written", arguments: values + ofVersion3)
    func roundTrip(value: RESPValue) throws {
        var parser = RESPReplyParser()
        var buffer = Self.written(value, .three)
        #expect(try parser.next(from: &buffer) == value)
        #expect(buffer.readableBytes == 0)
    }

    @Test("of version 2 have older types in the place of new ones")
    func older() {
        func text(_ value: RESPValue) -> String { String(buffer: Self.written(value, .two)) }
        #expect(text(.null) == "$-1\r\n")
        #expect(text(.map([.init(.text("a"), .integer(1))])) == "*2\r\n$1\r\na\r\n:1\r\n")
        #expect(text(.boolean(true)) == ":1\r\n")
        #expect(text(.double(1.5)) == "$3\r\n1.5\r\n")
        #expect(text(.set([.null])) == "*1\r\n$-1\r\n")
        #expect(text(.verbatim(format: "txt", ByteBuffer(string: "a"))) == "$1\r\na\r\n")
        #expect(text(.bigNumber("12")) == "$2\r\n12\r\n")
        #expect(String(buffer: Self.written(.null, .three)) == "_\r\n")
    }

    @Test("never have a line end within a line")
    func lineEnds() {
        #expect(String(buffer: Self.written(.error("ERR a\r\nb"), .two)) == "-ERR a  b\r\n")
        #expect(String(buffer: Self.written(.simple("a\nb"), .two)) == "+a b\r\n")
    }

    @Test(
        "write numbers as bulk strings too",
        arguments: [0, 9, 10, 123_456_789, 1_234_567_890, Int64.max, Int64.min, -1])
    func numbers(number: Int64) {
        var buffer = ByteBuffer()
        buffer.writeRESPBulk(number)
        #expect(String(buffer: buffer) == "$\("\(number)".utf8.count)\r\n\(number)\r\n")
    }

    @Test("are the same wherever the bytes are split, one byte at a time too")
    func splits() throws {
        let values = Self.values + Self.ofVersion3
        var all = ByteBuffer()
        for value in values { all.writeRESP(value, .three) }
        let bytes = Array(all.readableBytesView)
        for split in [nil] + (0...bytes.count).map(Optional.some) {
            let parts = split.map { [bytes[..<$0], bytes[$0...]] } ?? bytes.indices.map { bytes[$0...$0] }
            var parser = RESPReplyParser()
            var buffer = ByteBuffer()
            var found: [RESPValue] = []
            for part in parts {
                buffer.writeBytes(part)
                while let value = try parser.next(from: &buffer) { found.append(value) }
            }
            #expect(found == values, "split at \(split ?? -1)")
        }
    }

    @Test("may have remarks, which are dropped, and errors of any length")
    func attributes() throws {
        var parser = RESPReplyParser()
        var buffer = ByteBuffer(string: "|1\r\n+a\r\n:1\r\n*2\r\n|1\r\n+b\r\n+c\r\n:1\r\n:2\r\n!5\r\nERR x\r\n*-1\r\n")
        #expect(try parser.next(from: &buffer) == .array([.integer(1), .integer(2)]))
        #expect(try parser.next(from: &buffer) == .error("ERR x"))
        #expect(try parser.next(from: &buffer) == .null)
    }

    @Test(
        "are refused where they are malformed or beyond a limit",
        arguments: [
            ("?\r\n", RESPProtocolError.unknownType(UInt8(ascii: "?"))), (":x\r\n", .malformedValue),
            ("#x\r\n", .malformedValue), (",x\r\n", .malformedValue), ("_x\r\n", .malformedValue),
            ("(\r\n", .malformedValue),
            ("*5\r\n", .invalidArrayLength(limit: 4)), ("%-1\r\n", .invalidArrayLength(limit: 4)),
            ("$9999999999\r\n", .invalidBulkLength(limit: 8)), ("!-1\r\n", .invalidBulkLength(limit: 8)),
            ("$1\r\nabc", .missingLineEnd), ("+a\n", .missingLineEnd), ("\n", .missingLineEnd),
            ("=2\r\nab\r\n", .malformedValue),
            ("*1\r\n*1\r\n*1\r\n:1\r\n", .nestedTooDeep(limit: 2)),
            ("*4\r\n:1\r\n:1\r\n:1\r\n*4\r\n:1\r\n", .tooManyValues(limit: 5)),
            ("+" + String(repeating: "a", count: 40), .lineTooLong(limit: 16)),
        ])
    func malformed(text: String, error: RESPProtocolError) {
        let limits = RESPLimits(bulkBytes: 8, arrayLength: 4, lineBytes: 16, nesting: 2, values: 5)
        var parser = RESPReplyParser(limits: limits)
        var buffer = ByteBuffer(string: text)
        #expect(throws: error) {
            while try parser.next(from: &buffer) != nil {}
        }
    }
}
