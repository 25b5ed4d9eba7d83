import Foundation
import FrondTesting
import TestServers
import Testing

@Suite("How the IDs of tags are written", .timeLimit(.minutes(5)))
struct TagFormTests {
    let directory: TemporaryDirectory
    private let key = "a secret that all servers have"

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run(_ arguments: String..., key: String? = nil) async -> (Int32, String) {
        let process = FrondProcess(
            arguments + ["--data-dir", directory.path], environment: key.map { ["FROND_SCRAMBLE_KEY": $0] } ?? [:])
        let status = await process.waitForExit()
        return (status, process.printed)
    }

    @Test("a format and a period are set by the command, written by the server, and read by frond decode")
    func periods() async throws {
        var (status, output) = await run(
            "tag", "create", "order", "--format", "ORD-{date}-{number:6}", "--period", "month", "--time-zone", "+08:00",
            "--json")
        #expect(status == 0, "\(output)")
        #expect(output.contains(#""format" : "ORD-{date}-{number:6}""#), "\(output)")
        let server = try await FrondServerProcess.start(in: directory)
        let ids = try await server.get("/api/id/order?count=3").body.split(separator: "\n")
        #expect(ids.map { $0.suffix(7) } == ["-000001", "-000002", "-000003"])
        let date = try #require(ids.first?.split(separator: "-")[1])
        #expect(date.count == 6 && date.hasPrefix("20"))
        (status, output) = await run("decode", String(ids[2]), "--tag", "order")
        #expect(status == 0)
        #expect(output.contains("number      3") && output.contains("date        \(date)"), "\(output)")
        (status, output) = await run("tag", "list")
        #expect(!output.contains("order@"), "\(output)")
        (status, output) = await run("tag", "list", "--periods")
        #expect(output.contains("order@\(date)"), "\(output)")
        #expect(await server.stop() == 0)
    }

    @Test("scrambled IDs are unlike each other, come back with the key, and are refused without it")
    func scramble() async throws {
        var (status, output) = await run(
            "tag", "create", "order", "--scramble", "--format", "base62=4", "--max", "999999", key: key)
        #expect(status == 0 && !output.contains(key), "\(output)")
        let server = try await FrondServerProcess.start(in: directory, environment: ["FROND_SCRAMBLE_KEY": key])
        let ids = try await server.get("/api/id/order?count=2000").body.split(separator: "\n").map(String.init)
        #expect(Set(ids).count == 2000)
        #expect(ids.allSatisfy { $0.count == 4 })
        #expect(Set(ids.prefix(50).map { $0.suffix(1) }).count > 15, "they do not count up: \(ids.prefix(50))")
        #expect(ids.sorted() != ids)
        (status, output) = await run("decode", ids[41], "--tag", "order", key: key)
        #expect(status == 0 && output.contains("number      42"), "\(output)")
        (status, output) = await run("decode", ids[41], "--tag", "order", key: "another secret, as long as that")
        #expect(status != 0 && output.contains("scrambleKey"), "\(output)")
        #expect(await server.stop() == 0)
        let other = try await FrondServerProcess.start(in: directory)
        let refused = try await other.get("/api/id/order")
        #expect(refused.status == 503 && refused.body.contains("scrambleKey"), "\(refused.body)")
        #expect(await other.stop() == 0)
    }

    @Test(
        "what would repeat or cannot hold is refused when it is set, in one line that says the cure",
        arguments: [
            (["--period", "day"], "{date}"), (["--format", "N{number}", "--period", "day"], "{date}"),
            (["--generators", "segment,snowflake"], "set --max below"),
            (["--generators", "segment,ticket"], "the same numbers"),
            (["--generators", "uuid,segment"], "uuid last"),
            (["--generators", "abacus"], "unknown generator 'abacus'"),
            (["--format", "hex=4"], "lower --max"), (["--format", "{seq}"], "{number} or {date}"),
            (["--scramble"], "FROND_SCRAMBLE_KEY"), (["--time-zone", "UTC"], "--period"),
            (["--format", "{date}{number}", "--period", "week"], "day, month, year"),
            (["--format", "{date}{number}", "--period", "day", "--time-zone", "CST"], "Asia/Shanghai"),
        ] as [([String], String)])
    func refusals(arguments: [String], cure: String) async throws {
        let process = FrondProcess(["tag", "create", "order", "--data-dir", directory.path] + arguments)
        #expect(await process.waitForExit() != 0)
        #expect(process.printed.contains(cure), "\(process.printed)")
        #expect(process.printed.split(separator: "\n").count == 1, "\(process.printed)")
        let (_, output) = await run("tag", "list")
        #expect(!output.contains("order"), "\(output)")
    }

    @Test("the form of a tag that was used is changed by those alone who insist")
    func usedTag() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        _ = try await server.nextID()
        var (status, output) = await run("tag", "set", "order", "--format", "hex")
        #expect(status != 0 && output.contains("--allow-repeats"), "\(output)")
        (status, output) = await run("tag", "set", "order", "--format", "A{number:4}", "--allow-repeats")
        #expect(status == 0, "\(output)")
        // A server sees it within a few seconds.
        var id = ""
        for _ in 0..<200 where !id.hasPrefix("A") {
            id = try await server.get("/api/segment/get/order").body
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(id.hasPrefix("A"), "\(id)")
        #expect(await server.stop() == 0)
    }
}
