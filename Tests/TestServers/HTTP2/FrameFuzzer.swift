/// Makes connections' worth of HTTP/2 that is nearly right: seeds, mutated by a dictionary of what is dangerous.
package struct FrameFuzzer {
    private static let paths = [
        "/frond.v1.IDs/Next", "/frond.v1.IDs/NextBatch", "/frond.v1.IDs/Stream", "/frond.v1.IDs/Decode",
        "/frond.v1.Segments/ReserveSegment", "/frond.v1.Workers/ListWorkers", "/grpc.health.v1.Health/Watch",
        "/grpc.health.v1.Health/Check", "/", "//", "*", "", "/a/b/c", "/\u{0}/x",
    ]
    private static let timeouts = [
        "1S", "0n", "-1S", "-99999999H", "99999999H", "999999999S", "", "S", "+1S", "1u", "5m", "9223372036854775807S",
    ]
    private static let encodings = ["identity", "gzip", "deflate", "", "snappy, gzip", "identity;q=0"]
    private static let contentTypes = [
        "application/grpc", "application/grpc+proto", "application/grpc+json", "text/plain", "", "application/grpc-web",
    ]
    private static let numbers: [UInt32] = [0, 1, 2, 127, 128, 255, 16_383, 16_384, 65_535, 65_536, 0x7fff_ffff, .max]
    private static let tag: [UInt8] = [111, 114, 100, 101, 114]
    private static let messages: [[UInt8]] = [
        [0x0a, 5] + tag + [0x10, 1], [0x0a, 5] + tag + [0x10, 5, 0x18, 0x90, 0x4e],
        [0x08, 1, 0x12, 5] + tag + [0x18, 5, 0x20, 0xff, 0xff, 0xff, 0xff, 0x0f], [], [0xff],
        [0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f], [0x0b, 0x0b, 0x0b],
        [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    ]

    private var random: SplitMix

    package init(seed: UInt64) {
        random = SplitMix(state: seed)
    }

    /// The settings that a connection begins with.
    package mutating func settings() -> [(UInt16, UInt32)] {
        chance(3) ? [(4, pick(Self.numbers) & 0x7fff_ffff)] : []
    }

    /// The bytes that a connection sends after them.
    package mutating func connection() -> [UInt8] {
        var bytes: [UInt8] = []
        var stream: UInt32 = 1
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            bytes += chance(2) ? call(stream) : frame(stream)
            if chance(2) { stream += 2 }
        }
        if chance(3) { mutate(&bytes) }
        return bytes
    }

    private mutating func call(_ stream: UInt32) -> [UInt8] {
        var headers = HTTP2Wire.call(pick(Self.paths))
        if chance(3) { headers.append(("grpc-timeout", pick(Self.timeouts))) }
        if chance(5) { headers.append(("grpc-encoding", pick(Self.encodings))) }
        if chance(6) { headers[4].1 = pick(Self.contentTypes) }
        if chance(8) { headers.append(headers[Int.random(in: 0..<headers.count, using: &random)]) }
        if chance(8) { headers.remove(at: Int.random(in: 0..<headers.count, using: &random)) }
        if chance(8) { headers.append(("x-\(stream)-bin", "!!not base64!!")) }
        var bytes = HTTP2Wire.headers(stream, headers, flags: chance(8) ? UInt8.random(in: 0...255, using: &random) : 4)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            var message = HTTP2Wire.message(pick(Self.messages), compressed: chance(10) ? 1 : 0)
            if chance(5), message.count >= 5 { message.replaceSubrange(1..<5, with: HTTP2Wire.big(pick(Self.numbers))) }
            bytes += HTTP2Wire.data(stream, message, flags: chance(2) ? 1 : 0)
        }
        return bytes
    }

    private mutating func frame(_ stream: UInt32) -> [UInt8] {
        let length = Int.random(in: 0...20, using: &random)
        var payload = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        if chance(2) { payload = HTTP2Wire.big(pick(Self.numbers)) }
        return HTTP2Wire.frame(
            type: UInt8.random(in: 0...12, using: &random), flags: UInt8.random(in: 0...255, using: &random),
            stream: chance(3) ? 0 : chance(4) ? pick(Self.numbers) : stream, payload)
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.remove(at: index)
            default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
            }
        }
    }

    private mutating func chance(_ inverse: Int) -> Bool { Int.random(in: 0..<inverse, using: &random) == 0 }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }
}

/// Random numbers that a seed determines (Steele, Lea and Flood, 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
