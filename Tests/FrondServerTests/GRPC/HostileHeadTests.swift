import FrondAPI
import SwiftProtobuf
import TestServers
import Testing

@testable import FrondServer

@Suite("The headers of a call", .timeLimit(.minutes(1)))
struct HostileHeadTests {
    private static let next = "/frond.v1.IDs/Next"

    private static var request: [UInt8] {
        get throws {
            let request = Frond_V1_NextRequest.with { $0.tag = "order" }
            return HTTP2Wire.message(try request.serializedBytes() as [UInt8])
        }
    }

    @Test(
        "do not end the process, whatever timeout they set",
        arguments: [
            ["-1S"], ["-0S"], ["-999999S"], ["+1S"], [""], ["S"], ["1"], ["1x"], ["1s"], ["123456789S"], [" 1S"],
            ["1S", "-1S"], ["1S", "1S"], ["\u{661}S"], ["9223372036854775807S"],
        ])
    func malformedTimeout(values: [String]) async throws {
        try await TestServer().whileRunning { running in
            try await HTTP2Peer.connect(port: running.port) { peer in
                let head = HTTP2Wire.call(Self.next, values.map { ("grpc-timeout", $0) })
                try await peer.send(HTTP2Wire.headers(1, head) + HTTP2Wire.data(1, try Self.request))
                let answer = try await peer.answer(on: 1)
                #expect(answer.status == "3")
                #expect(answer.message?.contains("grpc-timeout") == true)
                // The connection goes on.
                try await peer.send(
                    HTTP2Wire.headers(3, HTTP2Wire.call(Self.next)) + HTTP2Wire.data(3, try Self.request))
                #expect(try await peer.answer(on: 3).status == "0")
            }
        }
    }

    @Test(
        "may set any timeout of 1 to 8 digits",
        arguments: ["1H", "99999999H", "99999999M", "99999999S", "99999999m", "9999999S", "00000009S", "99999999u"])
    func longTimeout(value: String) async throws {
        try await TestServer().whileRunning { running in
            try await HTTP2Peer.connect(port: running.port) { peer in
                let head = HTTP2Wire.call(Self.next, [("grpc-timeout", value)])
                try await peer.send(HTTP2Wire.headers(1, head) + HTTP2Wire.data(1, try Self.request))
                #expect(try await peer.answer(on: 1).status == "0")
            }
        }
    }

    @Test(
        "keep the length of their timeout in the form that is passed on",
        arguments: [
            ("1H", "3600000m"), ("99999999H", "9999999S"), ("99999999n", "100000u"), ("0S", "0n"), ("1S", "1000000u"),
            ("99999999m", "100000S"), ("1234567n", "1234567n"), ("20S", "20000m"), ("12345678u", "12346m"),
        ])
    func shortForm(value: String, form: String) {
        #expect(CallTimeout(value)?.shortForm == form)
    }
}
