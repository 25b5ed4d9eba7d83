import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("frond bench http", .timeLimit(.minutes(5)))
struct BenchTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("finds no duplicate while the server is killed and started anew three times")
    func survivesCrashes() async throws {
        var server = try await FrondServerProcess.start(in: directory, ["--set", "tags.step=100"])
        let port = server.port
        let bench = FrondProcess([
            "bench", "http", "\(server.url)/api/segment/get/order", "--connections", "8", "--duration", "8s", "--json",
        ])
        for kill in 1...3 {
            // A line of progress a second.
            try await bench.waitForLines(2 * kill - 1)
            await server.crash()
            server = try await FrondServerProcess.start(in: directory, port: port)
        }
        #expect(await bench.waitForExit() == 0, "\(bench.printed)")
        #expect(bench.printed.contains(#""duplicates" : 0"#))
        #expect(bench.printed.contains(#""descents" : 0"#))
        #expect(!bench.printed.contains(#""disconnects" : 0,"#), "the kills reached it")
    }

    @Test(
        "names what it cannot measure",
        arguments: [
            (["https://127.0.0.1:1/x"], "https://127.0.0.1:1/x"), (["http://127.0.0.1:1/x"], "127.0.0.1:1"),
            (["http://127.0.0.1:1/x", "--duration", "5"], "--duration '5'"),
            (["http://127.0.0.1:1/x", "--connections", "0"], "0"),
        ])
    func badInput(arguments: [String], named: String) async {
        let process = FrondProcess(["bench", "http"] + arguments)
        #expect(await process.waitForExit() != 0)
        #expect(process.printed.contains(named), "\(process.printed)")
    }
}
