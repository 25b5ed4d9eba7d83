import Foundation
import FrondTesting
import TestServers
import Testing

/// `frond serve --registry` against real clusters of three.
@Suite("Worker IDs from a cluster", .serialized, .timeLimit(.minutes(5)))
struct RegistryTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func serve(_ registry: RegistryServer, _ more: [String] = []) async throws -> FrondServerProcess {
        try await FrondServerProcess.start(in: directory, ["--registry", registry.url] + more)
    }

    private func initialise(_ registry: RegistryServer, _ more: String...) async throws {
        let process = FrondProcess(["worker", "init", "--registry", registry.url] + more)
        #expect(await process.waitForExit() == 0, "\(process.printed)")
    }

    @Test(
        "no ID twice while the leader is killed, the majority is lost and a member is paused; service goes on",
        arguments: RegistryServer.Kind.allCases)
    func survives(kind: RegistryServer.Kind) async throws {
        let registry = try await RegistryServer.start(kind)
        try await initialise(registry)
        let servers = [try await serve(registry), try await serve(registry)]
        let bench = FrondProcess(
            ["bench", "http"] + servers.map { "\($0.url)/api/snowflake/get/order" }
                + ["--connections", "4", "--duration", "\(16 * LongRun.rounds)s", "--json"])
        var ids = IssuedIDs()
        for begin in stride(from: 0, to: 16 * LongRun.rounds, by: 16) {
            try await bench.waitForLines(begin + 2)
            let leader = try await registry.leader()
            await registry.kill(leader)
            // Another leads: horizons move on. Both are far ahead at the same time.
            try await poll("the server answers as expected") {
                for server in servers {
                    guard let ahead = try await server.horizonAhead(), ahead >= 4 else { return Bool?.none }
                }
                return true
            }
            let other = (leader + 1) % 3
            await registry.kill(other)
            // Without a majority: what was reserved lasts.
            for server in servers { try await ids.take(from: server) }
            try await bench.waitForLines(begin + 7)
            try await registry.restart([leader, other])
            registry.pause(other, true)
            try await bench.waitForLines(begin + 11)
            registry.pause(other, false)
        }
        #expect(await bench.waitForExit() == 0, "\(bench.printed)")
        #expect(bench.printed.contains(#""duplicates" : 0"#), "\(bench.printed)")
        for server in servers {
            try await ids.takeUntilServed(by: server)
            #expect(await server.stop() == 0)
        }
        let (status, output) = await frond("worker", "list", "--registry", registry.url)
        #expect(status == 0)
        #expect(output.contains("free"), "given back at the end: \(output)")
    }

    @Test(
        "a registry that was wiped is refused: what was reserved lasts, and after a new beginning no ID comes twice",
        arguments: RegistryServer.Kind.allCases)
    func wiped(kind: RegistryServer.Kind) async throws {
        let registry = try await RegistryServer.start(kind)
        try await initialise(registry)
        var ids = IssuedIDs()
        let old = try await serve(registry, ["--set", "worker.maxHorizon=20s"])
        try await ids.take(from: old)
        try await registry.wipe()
        // A server that knows nothing of the old one gets no worker ID.
        let new = try await serve(registry)
        let refusal = try await ids.next(from: new)
        #expect(refusal.status == 503)
        try await poll("the server answers as expected") {
            try await new.snowflakeHealth().snowflake.reason?.contains("wiped") == true ? true : nil
        }
        let again = FrondProcess(["worker", "init", "--registry", registry.url, "--after-loss", "--hold", "8s"])
        #expect(await again.waitForExit() == 0, "\(again.printed)")
        #expect(again.printed.contains("gives out worker IDs from"), "\(again.printed)")
        for _ in 0..<20 { _ = try await ids.next(20, from: old) }
        try await ids.takeUntilServed(by: new, tries: 3000)
        try await ids.takeUntilServed(by: old, tries: 3000)
        try await ids.takeAtTheSameTime(from: old, new)
    }

    @Test("a new registry says how to begin it, again every few seconds, and the server goes on once it is begun")
    func uninitialised() async throws {
        let etcd = try await EtcdServer.start()
        let url = "etcd://\(etcd.addresses[0])/frond"
        let server = try await FrondServerProcess.start(in: directory, ["--registry", url])
        let hint = "run 'frond worker init"
        _ = try await server.process.waitForLine(containing: hint)
        var ids = IssuedIDs()
        let answer = try await ids.next(from: server)
        #expect(answer.status == 503)
        #expect(answer.body.contains(hint), "\(answer.body)")
        let begun = FrondProcess(["worker", "init", "--registry", url])
        #expect(await begun.waitForExit() == 0, "\(begun.printed)")
        try await ids.takeUntilServed(by: server)
        let (status, output) = await frond("worker", "list", "--registry", url)
        #expect(status == 0)
        #expect(output.contains("127.0.0.1:\(server.port)"), "the record says where the server is: \(output)")
    }

    @Test("without a registry at the start a server waits or fails, as the settings say")
    func absent() async throws {
        let port = try FreePort.find()
        let url = "etcd://127.0.0.1:\(port)/frond"
        let waiting = try await FrondServerProcess.start(in: directory, ["--registry", url])
        _ = try await waiting.process.waitForLine(containing: "snowflake generator has a problem")
        #expect(try await waiting.get("/api/snowflake/get/order").status == 503)
        #expect(try await waiting.nextID() == 1)
        let (status, output) = await frond(
            "serve", "--port", "0", "--data-dir", directory.path, "--registry", url, "--set", "worker.start=fail")
        #expect(status == 69)
        #expect(output.contains("127.0.0.1:\(port)"), "\(output)")
        #expect(output.split(separator: "\n").count == 1, "\(output)")
    }
}
