import Foundation
import FrondTesting
import TestServers
import Testing

/// Clients of Redis as they are: what used `INCR` on Redis changes one address.
@Suite("Redis clients", .timeLimit(.minutes(5)))
struct RedisClientTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func server(_ settings: [String] = [], scheme: String = "http") async throws -> FrondServerProcess {
        try await FrondServerProcess.start(
            in: directory, ["--resp-port", "0"] + settings.flatMap { ["--set", $0] }, scheme: scheme)
    }

    private func run(_ program: String, _ arguments: [String]) async -> (status: Int32, text: String) {
        let process = ServerProcess(program, arguments)
        let status = await process.waitForExit()
        return (status, process.printed.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test("redis-cli takes IDs, by both versions of the protocol")
    func redisCLI() async throws {
        let server = try await server()
        let port = try await server.respPort()
        func cli(_ words: String...) async -> String { await run("redis-cli", ["-p", "\(port)"] + words).text }
        #expect(await cli("INCR", "order") == "1")
        #expect(await cli("-3", "INCR", "order") == "2")
        #expect(await cli("INCRBY", "order", "10") == "12")
        #expect(await cli("-3", "FROND.NEXT", "order", "COUNT", "2") == "13\n14")
        #expect(await cli("INCR", "uuid/x").count == 36)
        #expect(await cli("SET", "order", "1").contains("ERR SET is refused"))
        #expect(await cli("-3", "HELLO").contains("frond"))
        #expect(await cli("COMMAND", "DOCS", "incr").contains("summary"))
        #expect(await cli("INFO").contains("redis_version:"))
        #expect(await cli("-a", "secret", "--no-auth-warning", "INCR", "order").contains("without any password"))
        #expect(await cli("-r", "3", "INCR", "order") == "16\n17\n18")
        #expect(await server.stop() == 0)
    }

    @Test("redis-benchmark runs INCR with 50 connections, with a pipeline and without")
    func redisBenchmark() async throws {
        let server = try await server()
        let port = try await server.respPort()
        let bench = ["-p", "\(port)", "-t", "incr", "-c", "50", "-n", "20000", "--csv"]
        for options in [[], ["-P", "16"], ["-r", "100"]] {
            let (status, text) = await run("redis-benchmark", bench + options)
            #expect(status == 0 && text.contains(#""INCR""#), "\(text)")
        }
        // Each INCR took one number of its tag.
        let next = await run("redis-cli", ["-p", "\(port)", "INCR", "counter:__rand_int__"]).text
        #expect(try #require(Int(next), "\(next)") > 40_000)
    }

    @Test("redis-py takes IDs by a pool of connections, in pipelines and by threads")
    func redisPy() async throws {
        let server = try await server()
        try await checkPython([String(try await server.respPort())])
    }

    @Test("redis-cli and redis-py take IDs over TLS, by the certificate of HTTP")
    func tls() async throws {
        let certificates = try await TestCertificates.make()
        let server = try await server(
            ["tls.certificate=\(certificates.server)", "tls.key=\(certificates.serverKey)"], scheme: "https")
        let port = try await server.respPort()
        let secure = ["-p", "\(port)", "--tls", "--cacert", certificates.authority]
        #expect(await run("redis-cli", secure + ["INCR", "order"]).text == "1")
        #expect(await run("redis-cli", ["-p", "\(port)", "INCR", "order"]).text != "2", "none in the clear")
        try await checkPython(["\(port)", certificates.authority])
    }

    private func checkPython(_ arguments: [String]) async throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let python = tests.appendingPathComponent("../..").standardizedFileURL.path + "/.build/python/bin/python"
        try #require(
            FileManager.default.isExecutableFile(atPath: python), "\(python) is missing: run 'make test-setup'")
        let (status, text) = await run(
            python, [tests.appendingPathComponent("Python/redis_client.py").path] + arguments)
        #expect(status == 0 && text.contains("checked"), "\(text)")
    }

    @Test("frond bench resp checks every ID, of one address or of several")
    func bench() async throws {
        let server = try await server()
        let address = "127.0.0.1:\(try await server.respPort())"
        for options in [
            [], ["--call", "incrby", "--count", "7"], ["--call", "next", "--count", "20"], ["--key", "uuid/x"],
        ] {
            let arguments = ["bench", "resp", address, address, "--duration", "300ms", "--pipeline", "8", "--json"]
            let (status, text) = await run(FrondProcess.frond, arguments + options)
            #expect(status == 0, "\(text)")
            #expect(text.contains(#""duplicates" : 0"#) && text.contains(#""failures" : ["#), "\(text)")
        }
        let failing = await run(FrondProcess.frond, ["bench", "resp", address, "--key", "a b", "--duration", "100ms"])
        #expect(failing.status != 0 && failing.text.contains("invalid-argument"), "\(failing.text)")
        let missing = await run(FrondProcess.frond, ["bench", "resp", "127.0.0.1:1", "--duration", "100ms"])
        #expect(missing.status != 0 && missing.text.contains("resp://127.0.0.1:1"), "\(missing.text)")
    }

    @Test("a port that is taken ends the start, naming the setting")
    func portTaken() async throws {
        let server = try await server()
        let port = try await server.respPort()
        let other = try TemporaryDirectory()
        let second = await run(
            FrondProcess.frond, ["serve", "--port", "0", "--data-dir", other.path, "--resp-port", "\(port)"])
        #expect(second.status != 0 && second.text.contains("--resp-port"), "\(second.text)")
    }
}
