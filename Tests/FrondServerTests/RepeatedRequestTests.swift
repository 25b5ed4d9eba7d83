import Frond
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import FrondServer

/// The fast lane answers a request by its bytes alone where it has seen the same before. Whatever is sent, in whatever
/// packets, the answers are those that the HTTP decoder's reading of every request gives.
@Suite("Repeated requests", .timeLimit(.minutes(5)))
struct RepeatedRequestTests {
    private static let requests = [
        EmbeddedServer.hot, EmbeddedServer.hot, EmbeddedServer.hot,
        EmbeddedServer.get("/api/segment/get/user"), EmbeddedServer.get("/api/segment/get/user"),
        EmbeddedServer.get("/api/segment/get/order", "User-Agent: test", "Accept: */*"),
        EmbeddedServer.get("/api/segment/get/order?count=3"),
        EmbeddedServer.get("/api/segment/get/order", "Accept: application/JSON"),
        EmbeddedServer.get("/api/segment/get/order", "Content-Length: 0"),
        EmbeddedServer.get("/api/segment/get/order", "Content-Length: 5") + "GET /",
        EmbeddedServer.get("/api/segment/get/order", "Transfer-Encoding: chunked") + "4\r\n\r\n\r\n\r\n0\r\n\r\n",
        EmbeddedServer.get("/api/segment/get/order", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"),
        EmbeddedServer.get("/api/segment/get/order", "Connection: Upgrade", "Upgrade: h2c", "Accept: application/json"),
        EmbeddedServer.get("/api/segment/get/order", "Upgrade: websocket"),
        EmbeddedServer.get("/health/live"), EmbeddedServer.get("/api/segment/get/a%20b"),
        "POST /api/segment/get/order HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\r\n\r\n",
        "GET /api/segment/get/order HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "\r\n" + EmbeddedServer.hot, EmbeddedServer.hot.replacing("\r\n", with: "\n"),
        "HEAD /api/segment/get/order HTTP/1.1\r\nHost: x\r\n\r\n",
    ]
    private static let rare = [
        EmbeddedServer.get("/api/segment/get/order", "Connection: close"),
        "GET /api/segment/get/order HTTP/1.0\r\n\r\n",
        "nonsense\r\n\r\n", "\r\n\r\n", "\r", "\n", "0\r\n\r\n",
        "GET /api/segm", "GET /health/live HTTP/1.1\r\nX: ",
    ]

    @Test("are answered as the decoder would have them answered, whatever comes in whatever packets", arguments: 0..<40)
    func sameAsDecoded(seed: UInt64) async throws {
        for round in 0..<15 as Range<UInt64> {
            var random = SplitMix64(seed: seed &* 1000 &+ round)
            let packets = Self.packets(using: &random)
            let waits = Bool.random(using: &random)
            let decoded = try Self.exchange(
                packets, with: try await EmbeddedServer.generators(), remembered: 0, answersAtOnce: !waits)
            let answered = try Self.exchange(
                packets, with: try await EmbeddedServer.generators(), remembered: 4, answersAtOnce: !waits)
            #expect(answered == decoded, "seed \(seed), round \(round): \(packets)")
        }
    }

    @Test("are answered by their bytes alone")
    func areFound() throws {
        var repeated = RepeatedRequests()
        func match(_ bytes: ByteBuffer) -> Int? { bytes.withUnsafeReadableBytes { repeated.match($0)?.length } }
        let request = ByteBuffer(string: EmbeddedServer.hot)
        let length = request.readableBytes
        let source = HotRequest(source: .snowflake(try SnowflakeGenerator()))
        #expect(match(request) == nil)
        repeated.remember(request.readableBytesView, source)
        #expect(match(request) == length)
        #expect(match(ByteBuffer(string: EmbeddedServer.hot + "GET")) == length)
        for index in 0..<length {
            #expect(match(ByteBuffer(bytes: EmbeddedServer.hot.utf8.prefix(index))) == nil, "not whole")
            var changed = request
            changed.setInteger(UInt8(ascii: "~"), at: index)
            #expect(match(changed) == nil, "not the same")
        }
        for number in 0..<RepeatedRequests.capacity {
            repeated.remember(ByteBuffer(string: "request \(number)").readableBytesView, source)
        }
        #expect(match(request) == nil, "replaced by later ones")
        let long = ByteBuffer(repeating: 1, count: RepeatedRequests.lengthLimit + 1)
        repeated.remember(long.readableBytesView, source)
        #expect(match(long) == nil, "too long to be kept")
    }

    private static func packets(using random: inout SplitMix64) -> [[UInt8]] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let isRare = Int.random(in: 0..<12, using: &random) == 0
            var request = Array(((isRare ? rare : requests).randomElement(using: &random) ?? "").utf8)
            if Int.random(in: 0..<10, using: &random) == 0, let index = request.indices.randomElement(using: &random) {
                request[index] = UInt8.random(in: 0...127, using: &random)
            }
            bytes += request
        }
        var packets: [[UInt8]] = []
        while !bytes.isEmpty {
            // Mostly whole requests in a packet, as clients send them.
            let end =
                bytes.count > 4
                ? bytes.indices.dropLast(4).first { bytes[$0..<$0 + 4].elementsEqual("\r\n\r\n".utf8) } : nil
            let whole = end.map { $0 + 4 } ?? bytes.count
            let isWhole = Int.random(in: 0..<4, using: &random) > 0
            let length = isWhole ? whole : Int.random(in: 1...bytes.count, using: &random)
            packets.append(Array(bytes.prefix(length)))
            bytes.removeFirst(length)
        }
        return packets
    }

    private static func exchange(
        _ packets: [[UInt8]], with generators: ServedGenerators, remembered: Int, answersAtOnce: Bool
    ) throws -> [String] {
        let server = try EmbeddedServer(generators, answersAtOnce: answersAtOnce, remembered: remembered)
        var answers: [String] = []
        for (index, packet) in packets.enumerated() {
            try server.send(packet)
            if index.isMultiple(of: 3) { server.ordinary.answer() }
            answers.append(Self.withoutDates(try server.received()))
        }
        while !server.ordinary.waiting.isEmpty, server.channel.isActive { server.ordinary.answer() }
        answers.append(Self.withoutDates(try server.received()))
        return answers + ["\(server.channel.isActive)", "\(server.ordinary.requests)"]
    }

    /// Two runs may fall into different seconds.
    private static func withoutDates(_ answers: String) -> String {
        answers.split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("date: ") }
            .joined(separator: "\r\n")
    }
}
