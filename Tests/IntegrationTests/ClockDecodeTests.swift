import Foundation
import FrondTesting
import TestServers
import Testing

#if os(Linux)
    @Suite("Decoding a snowflake ID", .timeLimit(.minutes(5)))
    struct ClockDecodeTests {
        struct Decoded: Decodable {
            var id, time, timeMilliseconds: String
            var datacenter, worker, sequence: Int64
        }

        let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
        }

        @Test("tells the time that the clock showed and the worker ID, by the command and over HTTP alike")
        func issued() async throws {
            let clock = try ShiftedClock()
            try clock.shift(by: .seconds(-7200))
            let server = try await FrondServerProcess.start(in: directory, clock: clock, registry: "static:7")
            var ids = IssuedIDs()
            try await ids.take(1, from: server)
            let (status, output) = await frond("decode", "\(ids.last)", "--json")
            #expect(status == 0, "\(output)")
            let decoded = try JSONDecoder().decode(Decoded.self, from: Data(output.utf8))
            #expect(decoded.id == "\(ids.last)")
            #expect(decoded.worker == 7)
            #expect(decoded.datacenter == 0)
            #expect(decoded.timeMilliseconds == "\(ids.milliseconds(of: ids.last))")
            let shown = try Date(decoded.time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            #expect(abs(shown.timeIntervalSinceNow + 7200) < 60, "two hours ago, but \(decoded.time)")

            let people = await frond("decode", "\(ids.last)")
            #expect(people.output.contains("worker      7"), "\(people.output)")
            #expect(people.output.contains(decoded.time))

            let answer = try await server.get("/api/snowflake/decode/\(ids.last)")
            #expect(answer.status == 200)
            let served = try JSONDecoder().decode(Decoded.self, from: Data(answer.body.utf8))
            #expect(served.time == decoded.time && served.worker == 7 && served.sequence == decoded.sequence)
            let leaf = try await server.get("/decodeSnowflakeId?snowflakeId=\(ids.last)")
            #expect(leaf.body.contains(#""workerId":"7""#), "\(leaf.body)")
            #expect(leaf.body.contains(decoded.timeMilliseconds))
        }

        static let notIDs = ["order", "-1", "9223372036854775808", "18446744073709551616", "1.5", "", "0x10"]

        @Test("what cannot be an ID is one line that names it and the range", arguments: notIDs)
        func command(text: String) async {
            let (status, output) = await frond("decode", text)
            #expect(status == 64)
            #expect(output.split(separator: "\n").count == 1, "\(output)")
            #expect(output.contains("'\(text)'"), "\(output)")
            #expect(output.contains("0 to 9223372036854775807"), "\(output)")
        }

        @Test("what cannot be an ID is a 400 that names it and the range")
        func http() async throws {
            let server = try await FrondServerProcess.start(in: directory)
            for text in Self.notIDs {
                let paths = ["/api/snowflake/decode/\(text)", "/decodeSnowflakeId?snowflakeId=\(text)"]
                for path in paths where !path.hasSuffix("/") {
                    let answer = try await server.get(path)
                    #expect(answer.status == 400, "\(path): \(answer.body)")
                    #expect(answer.isProblem)
                    #expect(answer.body.contains("'\(text)'"), "\(path): \(answer.body)")
                    #expect(answer.body.contains("0 to 9223372036854775807"), "\(path): \(answer.body)")
                }
            }
            #expect(try await server.get("/decodeSnowflakeId").status == 400)
        }

        @Test("a number beyond the layout's bits is refused with the largest there is")
        func beyondLayout() async {
            let (status, output) = await frond("decode", "9007199254740992", "--layout", "js53")
            #expect(status == 64)
            #expect(output.contains("9007199254740992"), "\(output)")
            #expect(output.contains("9007199254740991"), "\(output)")
        }
    }
#endif
