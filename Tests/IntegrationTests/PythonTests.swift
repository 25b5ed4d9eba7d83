import Foundation
import FrondTesting
import TestServers
import Testing

/// Another language against the service, with stubs made of our own `.proto`.
@Suite("Python by gRPC", .timeLimit(.minutes(5)))
struct PythonTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("draws IDs by calls and by a stream: exactly as many, in order, none twice, errors with their details")
    func draws() async throws {
        let client = try await PythonClient(in: directory)
        let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        let run = client.start([String(try await server.grpcPort())])
        let status = await run.waitForExit()
        #expect(status == 0 && run.printed.contains("checked"), "\(run.printed)")
        #expect(await server.stop() == 0)
    }
}
