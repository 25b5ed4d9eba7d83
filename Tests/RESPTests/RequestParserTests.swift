import NIOCore
import Testing

@testable import RESP

@Suite("Requests of RESP")
struct RequestParserTests {
    private static let limits = RESPLimits(bulkBytes: 64, arrayLength: 4, requestBytes: 128, lineBytes: 32)

    /// All requests of some bytes, as text, and the error behind them.
    private static func parse(
        _ text: String, limits: RESPLimits = limits
    ) -> (requests: [[String]], error: RESPProtocolError?, rest: Int) {
        var parser = RESPRequestParser(limits: limits)
        var buffer = ByteBuffer(string: text)
        var requests: [[String]] = []
        do throws(RESPProtocolError) {
            while let request = try parser.next(from: &buffer) { requests.append(request.map { String(buffer: $0) }) }
            return (requests, nil, buffer.readableBytes)
        } catch {
            return (requests, error, buffer.readableBytes)
        }
    }

    @Test("are arrays of bulk strings, one after the other")
    func arrays() {
        let found = Self.parse(
            "*2\r\n$4\r\nINCR\r\n$5\r\norder\r\n*1\r\n$4\r\nPING\r\n*3\r\n$1\r\na\r\n$0\r\n\r\n$2\r\n\r\n\r\n")
        #expect(found.requests == [["INCR", "order"], ["PING"], ["a", "", "\r\n"]])
        #expect(found.error == nil && found.rest == 0)
    }

    @Test("may be empty, which asks for nothing")
    func empty() {
        #expect(Self.parse("*0\r\n*-1\r\n\r\n\n  \r\n*1\r\n$4\r\nPING\r\n").requests == [["PING"]])
    }

    @Test(
        "may be lines of words",
        arguments: [
            ("PING\r\n", ["PING"]), ("INCR order\n", ["INCR", "order"]), ("  a \t b  \r\n", ["a", "b"]),
            (#"ECHO "a b\n\x41\"" 'c\'d'"# + "\r\n", ["ECHO", "a b\nA\"", "c'd"]), (#"a"b""# + "\n", ["ab"]),
        ])
    func inline(line: String, words: [String]) {
        #expect(Self.parse(line).requests == [words])
    }

    @Test(
        "are refused where a quote is not closed, or text follows it",
        arguments: [#"a "b"# + "\n", "a 'b\n", #""a"b"# + "\n", "'a'b\n"])
    func quotes(line: String) {
        #expect(Self.parse(line).error == .unbalancedQuotes)
    }

    @Test(
        "are refused where a length is malformed or beyond its limit",
        arguments: [
            ("*5\r\n", RESPProtocolError.invalidArrayLength(limit: 4)), ("*x\r\n", .invalidArrayLength(limit: 4)),
            ("*+1\r\n", .invalidArrayLength(limit: 4)), ("*9999999999999999999999\r\n", .invalidArrayLength(limit: 4)),
            ("*1\r\n$65\r\n", .invalidBulkLength(limit: 64)), ("*1\r\n$-1\r\n", .invalidBulkLength(limit: 64)),
            ("*1\r\n$1073741824\r\n", .invalidBulkLength(limit: 64)), ("*1\r\n$\r\n", .invalidBulkLength(limit: 64)),
            ("*1\r\n:1\r\n", .expectedBulk(found: UInt8(ascii: ":"))), ("*1\n", .missingLineEnd),
            ("*1\r\n$1\r\nab\r\n", .missingLineEnd), ("*1\r\n$3\r\nab\r\n*", .missingLineEnd),
            ("*2\r\n$64\r\n\(String(repeating: "a", count: 64))\r\n$64\r\n", .requestTooLong(limit: 128)),
            (String(repeating: "a", count: 34), .lineTooLong(limit: 32)),
            ("*" + String(repeating: "1", count: 40), .invalidArrayLength(limit: 4)),
        ])
    func malformed(text: String, error: RESPProtocolError) {
        let found = Self.parse(text)
        #expect(found.error == error)
        #expect(found.requests.isEmpty)
    }

    @Test(
        "are awaited while they may become whole",
        arguments: ["*", "*1", "*1\r", "*1\r\n", "*1\r\n$", "*1\r\n$4\r\nPIN", "PIN"])
    func incomplete(text: String) {
        let found = Self.parse(text)
        #expect(found.requests.isEmpty && found.error == nil)
        #expect(found.rest == text.utf8.count, "the bytes stay with the caller")
    }

    @Test("take no memory for a length that is announced")
    func announced() throws {
        var parser = RESPRequestParser(limits: RESPLimits(bulkBytes: 1 << 30, requestBytes: 1 << 31))
        var buffer = ByteBuffer(string: "*1\r\n$1073741824\r\nabc")
        let capacity = buffer.capacity
        #expect(try parser.next(from: &buffer) == nil)
        #expect(buffer.capacity == capacity)
    }

    @Test("are the same wherever the bytes are split")
    func splits() throws {
        let text = "*2\r\n$4\r\nINCR\r\n$5\r\norder\r\nPING 'a b'\r\n*0\r\n*1\r\n$4\r\nPING\r\n"
        let bytes = Array(text.utf8)
        for split in 0...bytes.count {
            var parser = RESPRequestParser()
            var buffer = ByteBuffer()
            var requests: [[String]] = []
            for part in [bytes[..<split], bytes[split...]] {
                buffer.writeBytes(part)
                while let request = try parser.next(from: &buffer) {
                    requests.append(request.map { String(buffer: $0) })
                }
                buffer.discardReadBytes()
            }
            #expect(requests == [["INCR", "order"], ["PING", "a b"], ["PING"]], "split at \(split)")
        }
    }

    @Test("are known to begin only where nothing of them was read")
    func beginnings() throws {
        for text in ["*1\r\n$4\r\nPIN", "PIN"] {
            var parser = RESPRequestParser()
            #expect(parser.isBetweenRequests)
            var buffer = ByteBuffer(string: text)
            #expect(try parser.next(from: &buffer) == nil)
            #expect(!parser.isBetweenRequests)
            buffer.writeString("G\r\n")
            #expect(try parser.next(from: &buffer)?.map { String(buffer: $0) } == ["PING"])
            #expect(parser.isBetweenRequests)
        }
    }

    @Test("written by a client are read by the server")
    func written() throws {
        var buffer = ByteBuffer()
        buffer.writeRESPRequest(["INCRBY", "order", "10"])
        #expect(String(buffer: buffer) == "*3\r\n$6\r\nINCRBY\r\n$5\r\norder\r\n$2\r\n10\r\n")
        var parser = RESPRequestParser()
        #expect(try parser.next(from: &buffer)?.map { String(buffer: $0) } == ["INCRBY", "order", "10"])
    }
}
