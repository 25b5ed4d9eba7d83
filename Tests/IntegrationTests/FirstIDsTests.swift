import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("The README's example", .timeLimit(.minutes(5)))
struct FirstIDsTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func firstIDs(_ place: String) async -> String {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let process = ServerProcess(folder.appendingPathComponent("first-ids").path, [place])
        let status = await process.waitForExit()
        return status == 0 ? process.printed : "\(status): \(process.printed)"
    }

    @Test("gives numbers by a server or by itself, and wastes none")
    func runs() async throws {
        let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        for place in ["127.0.0.1:\(try await server.grpcPort())", directory.path + "/orders.sqlite"] {
            #expect(await firstIDs(place) == "1\n2\n3\n4\n5\n")
            #expect(await firstIDs(place) == "6\n7\n8\n9\n10\n")
        }
        #expect(await server.stop() == 0)
    }
}
