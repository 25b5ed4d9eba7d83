import FrondAPI
import NIOCore
import SwiftProtobuf
import TestServers
import Testing

@testable import FrondServer

@Suite("A hostile client by gRPC", .timeLimit(.minutes(2)))
struct HostileConnectionTests {
    private static let next = "/frond.v1.IDs/Next"

    private static func request(_ tag: String = "order") throws -> [UInt8] {
        let request = Frond_V1_NextRequest.with { ($0.tag, $0.generator) = (tag, .segment) }
        return HTTP2Wire.message(try request.serializedBytes())
    }

    private static func call(_ stream: UInt32) throws -> [UInt8] {
        HTTP2Wire.headers(stream, HTTP2Wire.call(next)) + HTTP2Wire.data(stream, try request())
    }

    @Test("has each wrong call answered, and its next one served")
    func wrongCalls() async throws {
        try await TestServer().whileRunning { running in
            try await HTTP2Peer.connect(port: running.port) { peer in
                let request = try Self.request()
                let good = HTTP2Wire.call(Self.next)
                typealias Headers = [(String, String)]
                func with(_ name: String, _ value: String) -> Headers {
                    var headers = good
                    headers.append((name, value))
                    return headers
                }
                var cases: [(headers: Headers, body: [UInt8], status: String?)] = []
                for path in ["/frond.v1.IDs/None", "/", "no-path", "//"] {
                    cases.append((HTTP2Wire.call(path), request, "12"))
                }
                // Malformed HTTP/2 (RFC 9113, section 8.3.1), which is no call: its stream alone ends.
                cases.append((HTTP2Wire.call("no path"), request, "reset"))
                cases.append((with("grpc-encoding", "gzip"), request, "12"))
                cases.append((with("content-type", "application/json"), request, nil))
                cases.append((good, [], "13"))
                cases.append((good, [0, 0, 0, 0], "13"))
                cases.append((good, [0, 0, 0, 0, 9, 1], "13"))
                cases.append((good, [1] as [UInt8] + request.dropFirst(), "13"))
                cases.append((good, [0, 0xff, 0xff, 0xff, 0xff], "8"))
                cases.append((good, request + request, nil))
                cases.append((good, HTTP2Wire.message([0xff, 0xff]), nil))
                cases.append((good, HTTP2Wire.message([]), "3"))
                for (index, wrong) in cases.enumerated() {
                    let stream = UInt32(4 * index + 1)
                    try await peer.send(HTTP2Wire.headers(stream, wrong.headers) + HTTP2Wire.data(stream, wrong.body))
                    let answer = try await peer.answer(on: stream)
                    if let status = wrong.status { #expect(answer.status == status, "\(index): \(answer)") }
                    #expect(answer.status != "0", "\(index): \(answer)")
                    try await peer.send(try Self.call(stream + 2))
                    #expect(try await peer.answer(on: stream + 2).status == "0", "\(index)")
                }
            }
        }
    }

    @Test("that repeats headers, or sends data before them, harms only itself")
    func order() async throws {
        try await TestServer().whileRunning { running in
            let head = HTTP2Wire.headers(1, HTTP2Wire.call(Self.next))
            let streamHead = HTTP2Wire.headers(1, HTTP2Wire.call("/frond.v1.IDs/Stream"))
            var wrong: [[UInt8]] = []
            wrong.append(head + head)
            wrong.append(streamHead + streamHead)
            wrong.append(HTTP2Wire.data(1, try Self.request()))
            wrong.append(HTTP2Wire.headers(2, HTTP2Wire.call(Self.next)))
            wrong.append(HTTP2Wire.headers(1, [("grpc-status", "0")]))
            wrong.append(HTTP2Wire.frame(.continuation, stream: 1))
            for (stream, increment) in [(0, 0), (1, 5), (0, 0x7fff_ffff)] as [(UInt32, UInt32)] {
                wrong.append(HTTP2Wire.windowUpdate(stream, increment))
            }
            wrong.append(HTTP2Wire.frame(.pushPromise, stream: 1, [0, 0, 0, 2]))
            wrong.append(HTTP2Wire.settings([(4, .max)]))
            wrong.append(HTTP2Wire.settings([(5, 1)]))
            wrong.append(HTTP2Wire.frame(.reset, stream: 1, HTTP2Wire.big(1)))
            wrong.append(HTTP2Wire.frame(.goAway, [0, 0, 0, 0, 0, 0, 0, 0]))
            for bytes in wrong {
                try await HTTP2Peer.connect(port: running.port) { peer in
                    try await peer.send(bytes)
                    peer.finish()
                    while await peer.next() != nil {}
                }
                try await HTTP2Peer.connect(port: running.port) { peer in
                    try await peer.send(try Self.call(1))
                    #expect(try await peer.answer(on: 1).status == "0")
                }
            }
        }
    }

    @Test("has its connection closed with the error named, and its calls released")
    func protocolError() async throws {
        try await TestServer().whileRunning { running in
            for _ in 0..<50 {
                try await HTTP2Peer.connect(port: running.port) { peer in
                    try await peer.send(
                        HTTP2Wire.headers(1, HTTP2Wire.call("/frond.v1.IDs/Stream")) + HTTP2Wire.windowUpdate(0, 0))
                    var code: UInt8?
                    while let frame = await peer.next() { code = frame.goAwayCode ?? code }
                    #expect(code == 1)
                }
            }
        }
    }

    @Test("learns of the end of the server by a GOAWAY without an error, and has its call answered")
    func goAway() async throws {
        var server = TestServer()
        server.configuration.drainLimit = .seconds(5)
        try await server.whileRunning { running in
            try await HTTP2Peer.connect(port: running.port) { peer in
                try await peer.send(try Self.call(1))
                #expect(try await peer.answer(on: 1).status == "0")
                running.stop()
                var codes: [UInt8] = []
                while let frame = await peer.next() {
                    if let code = frame.goAwayCode { codes.append(code) }
                    if frame.isOf(.ping), frame.flags == 0 {
                        try? await peer.send(HTTP2Wire.frame(.ping, flags: 1, frame.payload))
                    }
                }
                #expect(codes == [0, 0])
            }
        }
    }

    @Test("is asked to connect anew when its connection has reached its age")
    func age() async throws {
        var server = TestServer()
        server.configuration.grpc?.maxConnectionAge = .milliseconds(10)
        try await server.whileRunning { running in
            try await HTTP2Peer.connect(port: running.port) { peer in
                var code: UInt8?
                while let frame = await peer.next() { code = frame.goAwayCode ?? code }
                #expect(code == 0)
            }
        }
    }

    @Test("sends as much as it likes on one connection: the windows are given back")
    func windows() async throws {
        try await TestServer().whileRunning { running in
            try await HTTP2Peer.connect(port: running.port) { peer in
                for round in 0..<4000 as Range<UInt32> {
                    try await peer.send(try Self.call(2 * round + 1))
                    #expect(try await peer.answer(on: 2 * round + 1).status == "0")
                }
            }
        }
    }

    @Test("that floods or resets is closed or served, and others are answered meanwhile")
    func floods() async throws {
        try await TestServer().whileRunning { running in
            let opening = HTTP2Wire.headers(1, HTTP2Wire.call("/frond.v1.IDs/Stream"))
            func times(_ count: UInt32, _ bytes: (UInt32) -> [UInt8]) -> [UInt8] {
                var all: [UInt8] = []
                for index in 0..<count { all += bytes(index) }
                return all
            }
            var floods: [[UInt8]] = []
            floods.append(times(20_000) { _ in HTTP2Wire.settings() })
            let stream = HTTP2Wire.call("/frond.v1.IDs/Stream")
            floods.append(
                times(2000) { index in
                    let head = HTTP2Wire.headers(2 * index + 1, stream)
                    return head + HTTP2Wire.reset(2 * index + 1)
                })
            let open = HTTP2Wire.headers(1, HTTP2Wire.call(Self.next), flags: 0)
            floods.append(open + times(5000) { _ in HTTP2Wire.frame(.continuation, stream: 1, [0]) })
            let long = HTTP2Wire.block([("y", String(repeating: "b", count: 15_000))])
            floods.append(open + HTTP2Wire.frame(.continuation, flags: 4, stream: 1, long))
            floods.append(opening + times(5000) { _ in HTTP2Wire.data(1, [], flags: 0) })
            floods.append(opening + times(20_000) { _ in HTTP2Wire.windowUpdate(1, 1) })
            for flood in floods {
                try await HTTP2Peer.connect(port: running.port) { peer in
                    try? await peer.send(flood)
                    try await HTTP2Peer.connect(port: running.port) { honest in
                        try await honest.send(try Self.call(1))
                        #expect(try await honest.answer(on: 1).status == "0")
                    }
                }
            }
        }
    }
}
