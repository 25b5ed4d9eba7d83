import FrondAPI
import GRPCCore
import NIOCore
import NIOHPACK
import SwiftProtobuf
import TestServers
import Testing

@testable import FrondServer

@Suite("The parts of a request by gRPC")
struct RequestPartsTests {
    private static func refusal(_ headers: [(String, String)]) -> CallHead.Refusal? {
        do throws(CallHead.Refusal) {
            _ = try CallHead(HPACKHeaders(headers))
            return nil
        } catch {
            return error
        }
    }

    @Test("headers: all but a call of gRPC is refused as it is wont to be")
    func heads() throws {
        let call = HTTP2Wire.call("/frond.v1.IDs/Next")
        #expect(Self.refusal(call) == nil)
        #expect(Self.refusal(call.filter { $0.0 != "content-type" }) == .http(415))
        #expect(Self.refusal(call + [("content-type", "text/html")]) == .http(415))
        #expect(Self.refusal(call.filter { $0.0 != ":method" } + [(":method", "GET")]) == .http(405))
        #expect(Self.refusal(call + [("grpc-encoding", "identity")]) == nil)
        for encodings in [["gzip"], [""], ["identity", "identity"]] {
            guard case .status(.unimplemented, _) = Self.refusal(call + encodings.map { ("grpc-encoding", $0) }) else {
                Issue.record("\(encodings)")
                continue
            }
        }
        let headers = HPACKHeaders(call + [("grpc-timeout", "99999999n"), ("x-some", "thing")])
        let metadata = try CallHead(headers).metadata(headers)
        #expect(Array(metadata[stringValues: "grpc-timeout"]) == ["100000u"])
        #expect(Array(metadata[stringValues: "x-some"]) == ["thing"])
        #expect(!metadata.contains { $0.key.hasPrefix(":") })
    }

    @Test("messages: however their bytes are cut, they come whole and in order", arguments: [1, 2, 3, 5, 7, 64])
    func messages(size: Int) throws {
        let sent: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 40), [4]]
        let bytes = sent.flatMap { HTTP2Wire.message($0) }
        var deframer = MessageDeframer(limit: 64)
        var received: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            deframer.append(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            while let message = try deframer.peek() {
                received.append(Array(message.readableBytesView))
                deframer.skip(message)
            }
        }
        #expect(received == sent && deframer.readableBytes == 0)
    }

    @Test("messages: a length beyond the limit and a compression that was not agreed on are refused at once")
    func badMessages() {
        for prefix: [UInt8] in [[0, 0, 0, 0, 65], [0, 255, 255, 255, 255], [1, 0, 0, 0, 1], [7, 0, 0, 0, 1]] {
            var deframer = MessageDeframer(limit: 64)
            deframer.append(ByteBuffer(bytes: prefix))
            #expect(throws: CallHead.Refusal.self) { () throws -> Void in _ = try deframer.peek() }
        }
    }

    @Test("costs: UUIDs and texts count each, runs of numbers hardly, and nonsense as little as one")
    func costs() throws {
        func cost(_ path: String, _ message: some Message) throws -> Int {
            let bytes: [UInt8] = try message.serializedBytes()
            return AnswerCost.of(ByteBuffer(bytes: bytes), path: path, maxCount: 10_000)
        }
        func batch(_ count: Int32, _ generator: Frond_V1_Generator, _ format: String = "") -> Frond_V1_NextBatchRequest
        {
            .with { ($0.tag, $0.count, $0.generator, $0.format) = ("order", count, generator, format) }
        }
        #expect(try cost(LanePath.nextBatch, batch(10_000, .uuid)) > 300_000)
        #expect(try cost(LanePath.nextBatch, batch(10_000, .segment, "A{number:6}")) > 300_000)
        #expect(try cost(LanePath.nextBatch, batch(10_000, .segment)) < 16_384)
        for count: Int32 in [0, 1, -1, .min, .max] {
            #expect(try cost(LanePath.nextBatch, batch(count, .uuid)) == AnswerCost.small)
        }
        let stream = Frond_V1_StreamRequest.with {
            ($0.requestID, $0.tag, $0.count, $0.generator) = (.max, "order", 5000, .uuidV4)
        }
        #expect(try cost(LanePath.stream, stream) > 150_000)
        for bytes: [UInt8] in [
            [], [0xff], [0x12, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x0b], Array(repeating: 0xff, count: 20),
        ] {
            #expect(AnswerCost.of(ByteBuffer(bytes: bytes), path: LanePath.stream, maxCount: 10) == AnswerCost.small)
        }
    }
}
