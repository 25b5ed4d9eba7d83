import NIOCore
import RESP

/// A command that takes IDs, and the reading of its replies.
struct BenchmarkCommand: Hashable, Sendable {
    let call: RESPBenchmark.Call
    /// The name of the sequence, such as `order` or `snowflake/order`.
    let key: String
    /// The number of IDs of each reply.
    let count: Int

    /// The bytes of one request.
    var request: ByteBuffer {
        var buffer = ByteBuffer()
        switch call {
        case .incr: buffer.writeRESPRequest(["INCR", key])
        case .incrby: buffer.writeRESPRequest(["INCRBY", key, "\(count)"])
        case .next: buffer.writeRESPRequest(["FROND.NEXT", key, "COUNT", "\(count)"])
        }
        return buffer
    }

    /// Records the IDs of a reply.
    /// - Returns: the reason why the reply is no answer; nil if it is one.
    func record(_ reply: RESPValue, by parser: inout IDLineParser, into recorder: inout IDRecorder) -> String? {
        switch (reply, call) {
        case (.error(let text), _): return text
        case (.integer(let last), .incrby):
            let first = last - Int64(count) + 1
            guard first >= 0 else { return "a run that begins below 0" }
            parser.note(ids: count)
            recorder.record(run: UInt128(first), count: UInt64(count))
        case (.integer(let number), _):
            guard number >= 0 else { return "a number below 0" }
            parser.note(ids: 1)
            recorder.record(UInt128(number))
        case (.bulk(let text), .incr): consume(text, by: &parser, into: &recorder)
        case (.array(let values), .next):
            for case .bulk(let text) in values { consume(text, by: &parser, into: &recorder) }
        default: return "a reply of another type"
        }
        return nil
    }

    private func consume(_ text: ByteBuffer, by parser: inout IDLineParser, into recorder: inout IDRecorder) {
        text.withUnsafeReadableBytes { parser.consume($0, into: &recorder) }
        parser.endBody(into: &recorder)
    }
}
