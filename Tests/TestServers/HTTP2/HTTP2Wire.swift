/// Bytes of HTTP/2 made by hand, right and wrong ones (RFC 9113).
package enum HTTP2Wire {
    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    package static let endStream: UInt8 = 1
    package static let endHeaders: UInt8 = 4

    /// The types of frames.
    package enum FrameType: UInt8 {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    package static func frame(
        _ type: FrameType, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        frame(type: type.rawValue, flags: flags, stream: stream, payload)
    }

    package static func frame(type: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16 & 0xff), UInt8(length >> 8 & 0xff), UInt8(length & 0xff), type, flags]
            + big(stream) + payload
    }

    package static func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(number >> (24 - 8 * $0) & 0xff) } }

    package static func settings(_ values: [(UInt16, UInt32)] = []) -> [UInt8] {
        frame(.settings, values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] + big($1) })
    }

    package static let initialWindowSize: UInt16 = 4

    package static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
        frame(.windowUpdate, stream: stream, big(increment))
    }

    package static func reset(_ stream: UInt32, code: UInt32 = 8) -> [UInt8] {
        frame(.reset, stream: stream, big(code))
    }

    /// Headers as literals without indexing.
    package static func block(_ headers: [(String, String)]) -> [UInt8] {
        headers.flatMap { [0] + string($0) + string($1) }
    }

    static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var (prefix, rest): ([UInt8], Int) = ([127], bytes.count - 127)
        while rest >= 128 {
            prefix.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return prefix + [UInt8(rest)] + bytes
    }

    /// The headers of a call.
    package static func call(_ path: String, _ more: [(String, String)] = []) -> [(String, String)] {
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ] + more
    }

    package static func headers(_ stream: UInt32, _ headers: [(String, String)], flags: UInt8 = endHeaders) -> [UInt8] {
        frame(.headers, flags: flags, stream: stream, block(headers))
    }

    package static func data(_ stream: UInt32, _ payload: [UInt8], flags: UInt8 = endStream) -> [UInt8] {
        frame(.data, flags: flags, stream: stream, payload)
    }

    /// A message of gRPC with its prefix.
    package static func message(_ bytes: [UInt8], compressed: UInt8 = 0) -> [UInt8] {
        [compressed] + big(UInt32(bytes.count)) + bytes
    }
}
