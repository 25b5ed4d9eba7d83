import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("frond next", .timeLimit(.minutes(5)))
struct NextTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("prints exactly as many IDs as asked for, of any generator, and none twice")
    func prints() async throws {
        let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        let address = "127.0.0.1:\(try await server.grpcPort())"
        #expect(await frond("next", "order", "--server", address).output == "1\n")
        let more = await frond("next", "order", "--server", address, "--count", "3")
        #expect(more.status == 0 && more.output == "2\n3\n4\n", "\(more.output)")
        #expect(try await server.nextID("order") == 5)
        for generator in ["snowflake", "uuid", "uuid4"] {
            let ids = await frond(
                "next", "order", "--count", "100", "--generator", generator, "--server", address)
            let lines = Set(ids.output.split(separator: "\n"))
            #expect(ids.status == 0 && lines.count == 100, "\(ids.output)")
            #expect(lines.allSatisfy { $0.count == (generator == "snowflake" ? $0.count : 36) })
        }
        #expect(await server.stop() == 0)
    }

    @Test("goes on with another server where one does not answer, and names all where none does")
    func servers() async throws {
        let server = try await FrondServerProcess.start(in: directory, ["--grpc-port", "0"])
        let address = "127.0.0.1:\(try await server.grpcPort())"
        let nobody = "127.0.0.1:\(try FreePort.find())"
        for _ in 0..<4 {
            let next = await frond("next", "order", "--server", nobody, "--server", address)
            #expect(next.status == 0, "\(next.output)")
        }
        #expect(await server.stop() == 0)
        let none = await frond("next", "order", "--server", nobody, "--server", address)
        #expect(none.status == 69 && none.output.contains("frond: none of 2 servers answers"), "\(none.output)")
        #expect(none.output.contains("\(nobody) refuses connections"), "\(none.output)")
        #expect(none.output.contains("\(address) refuses connections"), "\(none.output)")
    }

    @Test("says what is wrong with a command line, and what the server refuses")
    func badInput() async throws {
        let server = try await FrondServerProcess.start(
            in: directory, ["--grpc-port", "0", "--set", "tags.autoCreate=false"])
        let address = "127.0.0.1:\(try await server.grpcPort())"
        let bad: [([String], Int32, String)] = [
            (["a b"], 64, "'a b' is not a tag"),
            (["order", "--count", "0"], 64, "'0'"),
            (["order", "--count", "-1"], 64, "'-1'"),
            (["order", "--count", "x"], 64, "'x'"),
            (["order", "--count", "10001"], 64, "10001 is out of range: 1 to 10000"),
            (["order", "--count", "99999999999"], 64, "99999999999"),
            (["order", "--generator", "dice"], 64, "'dice'"),
            (["order", "--generator", "redis"], 64, "no redis generator"),
            (["order", "--timeout", "soon"], 64, "'soon'"),
            (["order", "--server", "nonsense"], 64, "'nonsense'"),
            (["order", "--cert", "x.pem"], 64, "--key"),
            (["order", "--ca", "/nowhere.pem"], 64, "PEM"),
            (["order"], 69, "tag 'order' does not exist"),
        ]
        for (arguments, status, text) in bad {
            let hasServer = arguments.contains("--server")
            let process = FrondProcess(["next"] + arguments + (hasServer ? [] : ["--server", address]))
            #expect(await process.waitForExit() == status && process.printed.contains(text), "\(process.printed)")
        }
        #expect(await server.stop() == 0)
    }

    @Test("speaks TLS, and says whom it does not trust")
    func encryption() async throws {
        let certificates = try await TestCertificates.make()
        let server = try await FrondServerProcess.start(
            in: directory,
            ["--grpc-port", "0"]
                + [
                    "tls.certificate=\(certificates.server)", "tls.key=\(certificates.serverKey)",
                    "tls.clientCA=\(certificates.authority)",
                ].flatMap { ["--set", $0] }, scheme: "https")
        let port = try await server.grpcPort()
        let client = ["--cert", certificates.client, "--key", certificates.clientKey]
        let cases: [(String, [String], Int32, String)] = [
            ("localhost:\(port)", ["--ca", certificates.authority] + client, 0, "1\n"),
            ("127.0.0.1:\(port)", ["--ca", certificates.authority] + client, 0, "2\n"),
            ("127.0.0.1:\(port)", ["--ca", certificates.strangeAuthority] + client, 69, "is not trusted"),
            ("127.0.0.1:\(port)", ["--ca", certificates.authority], 69, "127.0.0.1:\(port)"),
            ("127.0.0.1:\(port)", [], 69, "127.0.0.1:\(port)"),
        ]
        for (address, arguments, status, text) in cases {
            let process = FrondProcess(["next", "order", "--server", address] + arguments)
            #expect(
                await process.waitForExit() == status && process.printed.contains(text),
                "\(arguments): \(process.printed)")
        }
        #expect(await server.stop() == 0)
    }
}
