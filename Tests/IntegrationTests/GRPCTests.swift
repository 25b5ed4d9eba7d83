import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("frond serve --grpc-port", .timeLimit(.minutes(5)))
struct GRPCTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("is measured by frond bench grpc, over calls and streams, and no ID comes twice")
    func bench() async throws {
        let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        let address = "127.0.0.1:\(try await server.grpcPort())"
        for arguments in [[], ["--generator", "snowflake"], ["--generator", "uuid"]] {
            let bench = FrondProcess(["bench", "grpc", address, "--duration", "300ms", "--json"] + arguments)
            #expect(await bench.waitForExit() == 0, "\(bench.printed)")
            let printed = bench.printed
            #expect(printed.matches(of: #/"duplicates" : 0/#).count == 3, "\(printed)")
            #expect(printed.matches(of: #/"descents" : 0/#).count == 3, "\(printed)")
            #expect(printed.matches(of: #/"failures" : \[\s*\]/#).count == 3, "\(printed)")
        }
        #expect(await server.stop() == 0)
    }

    @Test("gives the numbers that are left back at SIGTERM, and HTTP goes on with them")
    func shutdown() async throws {
        for expected in 1...3 as ClosedRange<Int64> {
            let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
            let port = try await server.grpcPort()
            #expect(try await server.nextID("order") == expected)
            #expect(port != server.port)
            #expect(await server.stop() == 0)
        }
    }

    @Test("names what it cannot listen on, and what it cannot measure")
    func badInput() async throws {
        let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        let taken = try await server.grpcPort()
        let other = try TemporaryDirectory()
        let second = await frond("serve", "--port", "0", "--grpc-port", "\(taken)", "--data-dir", other.path)
        #expect(second.status == 69 && second.output.contains("127.0.0.1:\(taken)"), "\(second.output)")
        #expect(second.output.split(separator: "\n").count == 1, "\(second.output)")
        let bad = await frond("serve", "--port", "0", "--grpc-port", "99999", "--data-dir", other.path)
        #expect(bad.status == 78 && bad.output.contains("99999"), "\(bad.output)")
        let half = await frond("serve", "--port", "0", "--data-dir", other.path, "--set", "tls.key=/nowhere")
        #expect(half.status == 78 && half.output.contains("tls.certificate"), "\(half.output)")
        let bench = await frond("bench", "grpc", "127.0.0.1")
        #expect(bench.status == 64 && bench.output.contains("'127.0.0.1'"), "\(bench.output)")
        let nobody = await frond("bench", "grpc", "127.0.0.1:\(server.port)", "--call", "unary", "--duration", "1s")
        #expect(nobody.status == 69 && nobody.output.contains("127.0.0.1:\(server.port)"), "\(nobody.output)")
    }
}
