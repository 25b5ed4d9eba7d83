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
        try await GRPCTestServer().whileRunning { running in
            try await HTTP2Peer.connect(port: running.port) { peer in
                let request = try Self.request()
                let good = HTTP2Wire.call(Self.next)
                let cases: [(headers: [(String, String)], body: [UInt8], status: String?)] = [
                    (HTTP2Wire.call("/frond.v1.IDs/None"), request, "12"),
                    (HTTP2Wire.call("/"), request, "12"), (HTTP2Wire.call("no path"), request, "12"),
                    (HTTP2Wire.call("//"), request, "12"),
                    (good + [("grpc-encoding", "gzip")], request, "12"),
                    (good.filter { $0.0 != "content-type" } + [("content-type", "application/json")], request, nil),
                    (good, [], "13"), (good, [0, 0, 0, 0], "13"), (good, [0, 0, 0, 0, 9, 1], "13"),
                    (good, [1] + request.dropFirst(), "13"), (good, [0, 0xff, 0xff, 0xff, 0xff], "8"),
                    (good, request + request, "13"), (good, HTTP2Wire.message([0xff, 0xff]), nil),
                    (good, HTTP2Wire.message([]), "3"),
                ]
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
        try await GRPCTestServer().whileRunning { running in
            let wrong: [[UInt8]] = [
                HTTP2Wire.headers(1, HTTP2Wire.call(Self.next)) + HTTP2Wire.headers(1, HTTP2Wire.call(Self.next)),
                HTTP2Wire.headers(1, HTTP2Wire.call("/frond.v1.IDs/Stream"))
                    + HTTP2Wire.headers(1, HTTP2Wire.call("/frond.v1.IDs/Stream")),
                HTTP2Wire.data(1, try Self.request()), HTTP2Wire.headers(2, HTTP2Wire.call(Self.next)),
                HTTP2Wire.headers(1, [("grpc-status", "0")]), HTTP2Wire.frame(.continuation, stream: 1),
                HTTP2Wire.windowUpdate(0, 0), HTTP2Wire.windowUpdate(1, 5), HTTP2Wire.windowUpdate(0, 0x7fff_ffff),
                HTTP2Wire.frame(.pushPromise, stream: 1, [0, 0, 0, 2]), HTTP2Wire.settings([(4, .max)]),
                HTTP2Wire.settings([(5, 1)]), HTTP2Wire.frame(.reset, stream: 1, HTTP2Wire.big(1)),
                HTTP2Wire.frame(.goAway, HTTP2Wire.big(0) + HTTP2Wire.big(0)),
            ]
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
        try await GRPCTestServer().whileRunning { running in
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
        var server = GRPCTestServer()
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
        var server = GRPCTestServer()
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
        try await GRPCTestServer().whileRunning { running in
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
        try await GRPCTestServer().whileRunning { running in
            let opening = HTTP2Wire.headers(1, HTTP2Wire.call("/frond.v1.IDs/Stream"))
            let floods: [[UInt8]] = [
                (0..<20_000).flatMap { _ in HTTP2Wire.settings() },
                (0..<2000 as Range<UInt32>).flatMap { index in
                    HTTP2Wire.headers(2 * index + 1, HTTP2Wire.call("/frond.v1.IDs/Stream"))
                        + HTTP2Wire.reset(2 * index + 1)
                },
                HTTP2Wire.headers(1, HTTP2Wire.call(Self.next), flags: 0)
                    + (0..<5000).flatMap { _ in HTTP2Wire.frame(.continuation, stream: 1, [0]) },
                HTTP2Wire.headers(
                    1, HTTP2Wire.call(Self.next, [("x", String(repeating: "a", count: 15_000))]), flags: 0)
                    + HTTP2Wire.frame(
                        .continuation, flags: 4, stream: 1,
                        HTTP2Wire.block([("y", String(repeating: "b", count: 15_000))])),
                opening + (0..<5000).flatMap { _ in HTTP2Wire.data(1, [], flags: 0) },
                opening + (0..<20_000).flatMap { _ in HTTP2Wire.windowUpdate(1, 1) },
            ]
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
