import Frond
import HTTPTypes
import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The head of a fast-lane response, formatted once a second: all but the length of the body is the same.
struct ResponseHead {
    private var second = -1
    private var bytes = ByteBuffer()

    /// Writes a complete 200 response with the IDs as its body.
    @inline(__always)
    mutating func write(_ answer: HotAnswer, to buffer: inout ByteBuffer) {
        switch answer {
        case .number(let number): write(number, to: &buffer)
        case .run(let numbers): write(numbers, to: &buffer)
        case .uuidValue(let uuid): write(uuid, to: &buffer)
        }
    }

    /// Writes a complete 200 response with the UUID as its body.
    private mutating func write(_ uuid: UUIDValue, to buffer: inout ByteBuffer) {
        refresh()
        buffer.writeImmutableBuffer(bytes)
        buffer.writeStaticString("36\r\n\r\n")
        buffer.writeString(uuid.description)
    }

    /// Writes a complete 200 response with the number as its body: byte for byte Leaf's.
    mutating func write(_ number: Int64, to buffer: inout ByteBuffer) {
        refresh()
        buffer.writeImmutableBuffer(bytes)
        buffer.writeDecimal(Int64(ByteBuffer.decimalLength(of: number.magnitude)))
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeDecimal(number)
    }

    /// Writes a complete 200 response with the numbers as its body, one a line.
    mutating func write(_ numbers: NumberRun, to buffer: inout ByteBuffer) {
        refresh()
        buffer.writeImmutableBuffer(bytes)
        var body = ByteBuffer()
        body.writeDecimals(numbers)
        buffer.writeDecimal(Int64(body.readableBytes))
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeImmutableBuffer(body)
    }

    /// Writes a complete 200 response with numbers of several runs as its body, one a line.
    mutating func write(_ runs: ArraySlice<NumberRun>, to buffer: inout ByteBuffer) {
        guard runs.count > 1 || runs.first?.count != 1 else { return write(runs.first?.first ?? 0, to: &buffer) }
        refresh()
        buffer.writeImmutableBuffer(bytes)
        let body = IDList(values: .numbers(Array(runs))).text
        buffer.writeDecimal(Int64(body.readableBytes))
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeImmutableBuffer(body)
    }

    /// Writes a complete response that is a problem.
    mutating func write(_ problem: Problem, to buffer: inout ByteBuffer) throws {
        let body = try problem.json()
        buffer.writeString("HTTP/1.1 \(problem.status.code) \(problem.status.reasonPhrase)\r\n")
        for field in problem.headers {
            buffer.writeString("\(field.name.rawName): \(field.value)\r\n")
        }
        buffer.writeString("content-type: \(Problem.contentType)\r\ncache-control: no-store\r\n")
        buffer.writeString("date: \(Self.currentDate)\r\n")
        buffer.writeString("content-length: \(body.readableBytes)\r\n\r\n")
        buffer.writeImmutableBuffer(body)
    }

    private mutating func refresh() {
        var now = time_t()
        time(&now)
        guard now != second else { return }
        second = now
        bytes.clear()
        bytes.writeStaticString("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncache-control: no-store\r\ndate: ")
        bytes.writeString(Self.date(now))
        bytes.writeStaticString("\r\ncontent-length: ")
    }

    /// The date of now.
    static var currentDate: String { date(time(nil)) }

    /// IMF-fixdate (RFC 9110, section 5.6.7).
    static func date(_ time: time_t) -> String {
        var time = time
        var parts = tm()
        gmtime_r(&time, &parts)
        return String(unsafeUninitializedCapacity: 64) { text in
            text.withMemoryRebound(to: CChar.self) { text in
                guard let start = text.baseAddress else { return 0 }
                // The process never calls setlocale, so the names are the English ones that HTTP wants.
                return strftime(start, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            }
        }
    }
}
