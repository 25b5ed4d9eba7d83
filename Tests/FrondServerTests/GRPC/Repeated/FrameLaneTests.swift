import Frond
import FrondAPI
import NIOCore
import SwiftProtobuf
import TestServers
import Testing

@testable import FrondServer

@Suite("Frames before HTTP/2")
struct FrameLaneTests {
    private static let both = FrameLane.Conditions(answersCalls: true, answersPings: true)
    private static let headers = HTTP2Wire.call("/frond.v1.IDs/Next")

    private static func request(_ tag: String = "order") throws -> [UInt8] {
        HTTP2Wire.message(try Frond_V1_NextRequest.with { ($0.tag, $0.generator) = (tag, .uuid) }.serializedBytes())
    }

    private static func call(_ stream: UInt32) throws -> [UInt8] {
        HTTP2Wire.headers(stream, headers) + HTTP2Wire.data(stream, try request())
    }

    private static func ping(_ number: UInt8, flags: UInt8 = 0) -> [UInt8] {
        HTTP2Wire.frame(.ping, flags: flags, [0, 0, 0, 0, 0, 0, 0, number])
    }

    /// A lane that knows the call, on a connection with room for answers.
    private static func lane() async throws -> FrameLane {
        let generators = try await EmbeddedServer.generators()
        var lane = FrameLane()
        var output = ByteBuffer()
        _ = lane.take(
            ByteBuffer(bytes: HTTP2Wire.preface + HTTP2Wire.settings() + HTTP2Wire.windowUpdate(0, 1 << 20)), both,
            output: &output)
        let rest = lane.take(ByteBuffer(bytes: try call(1)), both, output: &output)
        #expect(Array(rest.readableBytesView) == (try call(1)) && output.readableBytes == 0)
        let message = ByteBuffer(bytes: try request().dropFirst(5))
        let source = generators.laneSource(path: LanePath.next, message: message, maxCount: 10)
        lane.remember(1, try #require(source))
        return lane
    }

    @Test("are passed on but for PINGs, however the bytes come in", arguments: [1, 2, 7, 9, 17, 1000])
    func split(size: Int) {
        let data = HTTP2Wire.frame(.data, stream: 1, (0..<200).map { UInt8($0) })
        // The answer to a PING of the server's, and one of a length that cannot be.
        let odd = Self.ping(4, flags: 1) + HTTP2Wire.frame(.ping, [1, 2, 3])
        let begin = HTTP2Wire.preface + HTTP2Wire.settings()
        let sent = begin + Self.ping(1) + data + Self.ping(2) + Self.ping(3) + odd + data + Self.ping(5)
        let kept = begin + data + odd + data
        var lane = FrameLane()
        var output = ByteBuffer()
        var passed: [UInt8] = []
        for start in stride(from: 0, to: sent.count, by: size) {
            let piece = ByteBuffer(bytes: sent[start..<min(start + size, sent.count)])
            passed += lane.take(piece, Self.both, output: &output).readableBytesView
        }
        #expect(passed == kept)
        #expect(Array(output.readableBytesView) == [1, 2, 3, 5].flatMap { Self.ping($0, flags: 1) })
        // A client that takes nothing has its PINGs passed on.
        var other = FrameLane()
        let rest = other.take(
            ByteBuffer(bytes: sent), .init(answersCalls: true, answersPings: false), output: &output)
        #expect(Array(rest.readableBytesView) == sent)
    }

    @Test("that are a call which is known are answered, however they are cut and mixed", arguments: 1...40)
    func mixed(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        var lane = try await Self.lane()
        // The headers of some calls, then their messages; other calls between them.
        var (sent, strange): ([UInt8], Set<UInt32>) = ([], [])
        var stream: UInt32 = 3
        for _ in 0..<50 {
            let group = (0..<UInt32.random(in: 1...5, using: &random)).map { stream + 2 * $0 }
            stream += 2 * UInt32(group.count)
            for one in group { sent += HTTP2Wire.headers(one, Self.headers) }
            for one in group.shuffled(using: &random) {
                if Int.random(in: 0..<4, using: &random) == 0 { strange.insert(one) }
                sent += HTTP2Wire.data(one, try Self.request(strange.contains(one) ? "other" : "order"))
            }
        }
        var (output, passed) = (ByteBuffer(), [UInt8]())
        var rest = sent[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...300, using: &random))
            rest = rest.dropFirst(piece.count)
            passed += lane.take(ByteBuffer(bytes: piece), Self.both, output: &output).readableBytesView
        }
        let (there, here) = (HTTP2Wire.streams(in: passed), HTTP2Wire.streams(in: Array(output.readableBytesView)))
        // Each call is answered or passed on, none both, and streams begin in their order.
        #expect(Set(there.begun).isDisjoint(with: here.begun))
        #expect((there.begun + here.begun).sorted() == Array(stride(from: 3, to: stream, by: 2)))
        #expect(there.begun == there.begun.sorted() && strange.isSubset(of: there.begun))
        #expect(Set(there.ended) == Set(there.begun) && Set(here.ended) == Set(here.begun))
        #expect(!here.begun.isEmpty)
    }

    @Test("that come late for a stream which was answered are not passed on, and its second use ends the connection")
    func late() async throws {
        for (frames, isBroken) in [
            (HTTP2Wire.reset(3), false), (HTTP2Wire.windowUpdate(3, 5), false), (try Self.call(3), true),
            (HTTP2Wire.data(3, [1, 2]), true),
        ] {
            var lane = try await Self.lane()
            var output = ByteBuffer()
            #expect(lane.take(ByteBuffer(bytes: try Self.call(3)), Self.both, output: &output).readableBytes == 0)
            #expect(lane.lastAnswered == 3)
            output.clear()
            #expect(lane.take(ByteBuffer(bytes: frames), Self.both, output: &output).readableBytes == 0)
            #expect(lane.isBroken == isBroken)
            // GOAWAY.
            #expect(output.getInteger(at: 3, as: UInt8.self) == (isBroken ? 7 : nil))
        }
    }

    @Test("between headers and their continuation are no calls")
    func continuation() async throws {
        var lane = try await Self.lane()
        var output = ByteBuffer()
        let block = HTTP2Wire.block(Self.headers)
        let sent =
            HTTP2Wire.frame(.headers, flags: HTTP2Wire.endStream, stream: 3, Array(block.prefix(20)))
            + (try Self.call(5))
            + HTTP2Wire.frame(.continuation, flags: HTTP2Wire.endHeaders, stream: 3, Array(block.dropFirst(20)))
        let rest = lane.take(ByteBuffer(bytes: sent), Self.both, output: &output)
        #expect(Array(rest.readableBytesView) == sent && output.readableBytes == 0)
    }

    @Test("are all passed on while the connection is about to end")
    func ending() async throws {
        var lane = try await Self.lane()
        var output = ByteBuffer()
        let call = try Self.call(3)
        let rest = lane.take(
            ByteBuffer(bytes: call), .init(answersCalls: false, answersPings: true), output: &output)
        #expect(Array(rest.readableBytesView) == call && output.readableBytes == 0)
    }

    @Test("of calls that are answered have their bytes given back to the client's window")
    func inbound() async throws {
        var lane = try await Self.lane()
        var output = ByteBuffer()
        var (taken, given) = (0, 0)
        for index in 1...2000 as ClosedRange<UInt32> {
            _ = lane.take(ByteBuffer(bytes: try Self.call(2 * index + 1)), Self.both, output: &output)
            taken += try Self.request().count
            given += HTTP2Wire.increments(in: Array(output.readableBytesView))
            output.clear()
            #expect(taken - given < 65_535 / 4)
        }
        #expect(lane.lastAnswered == 4001 && given > 0)
    }

    @Test("that set the size of HPACK's table set it no larger than it is at first")
    func tableSize() {
        var lane = FrameLane()
        var output = ByteBuffer()
        let sent = HTTP2Wire.settings([(3, 7), (1, .max), (4, 100), (1, 5), (1, 4097)])
        let rest = lane.take(ByteBuffer(bytes: HTTP2Wire.preface + sent), Self.both, output: &output)
        let kept = HTTP2Wire.settings([(3, 7), (1, 4096), (4, 100), (1, 5), (1, 4096)])
        #expect(Array(rest.readableBytesView) == HTTP2Wire.preface + kept)
    }
}

extension HTTP2Wire {
    /// Each frame's type, flags, stream and payload.
    private static func frames(in bytes: [UInt8]) -> [(type: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] {
        var frames: [(type: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            frames.append((head[3], head[4], stream, Array(rest.dropFirst(9).prefix(length))))
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }

    /// The streams that begin and end in the frames, in their order.
    fileprivate static func streams(in bytes: [UInt8]) -> (begun: [UInt32], ended: [UInt32]) {
        let frames = frames(in: bytes).filter { $0.stream > 0 }
        let begun = frames.filter { $0.type == FrameType.headers.rawValue && $0.flags & endStream == 0 }
        return (begun.map(\.stream), frames.filter { $0.flags & endStream != 0 }.map(\.stream))
    }

    /// The sum of all that the frames add to the connection's window.
    fileprivate static func increments(in bytes: [UInt8]) -> Int {
        frames(in: bytes).filter { $0.type == FrameType.windowUpdate.rawValue && $0.stream == 0 }
            .map { $0.payload.reduce(0) { $0 << 8 | Int($1) } }.reduce(0, +)
    }
}
