import Foundation
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

/// Tinyid's interface of `frond serve`.
@Suite("Clients of Tinyid", .serialized, .timeLimit(.minutes(5)))
struct TinyidTests {
    private static let isOn = ["--set", "tinyid.enabled=true", "--registry", "none"]

    /// Runs a client that asks for segments as Tinyid's Java client does.
    private func java(_ server: FrondServerProcess, _ tag: String, segments: Int) async -> [String] {
        let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Java/TinyidClient.java")
        let url = "\(server.url)/tinyid/id/nextSegmentIdSimple?token=0f673adf80504e2eaa552f5d791b644c&bizType=\(tag)"
        let client = ServerProcess("java", [program.path, url, "\(segments)"])
        #expect(await client.waitForExit() == 0, "\(client.printed)")
        return client.printed.split(separator: "\n").map(String.init)
    }

    @Test("Java's HttpURLConnection gets segments, and an empty answer for a tag that is not there")
    func java() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), Self.isOn + ["--set", "tags.step=5", "--set", "tags.autoCreate=true"])
        #expect(await java(server, "order", segments: 3) == (1...15).map(String.init))
        #expect(try await server.get("/tinyid/id/nextIdSimple?bizType=order&batchSize=2").body == "16,17")
        #expect(await java(server, "no%20tag", segments: 2) == ["nothing", "nothing"])
    }

    @Test("a token is in no line of the log, and a failure is")
    func tokens() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), Self.isOn + ["--set", "tags.autoCreate=false", "--set", "log.level=trace"])
        for query in ["bizType=nothing", "bizType=nothing&batchSize=x", "bizType=%25zz", "token=again", ""] {
            for method in ["nextId", "nextIdSimple", "nextSegmentId", "nextSegmentIdSimple", "unknown"] {
                _ = try await server.get("/tinyid/id/\(method)?token=s3cr3t&\(query)")
                _ = try await server.get("/tinyid/id/\(method)?token=s3cr3t&\(query)", method: .POST)
                _ = try await server.get("/tinyid/id/\(method)?token=s3cr3t&\(query)", method: .DELETE)
            }
        }
        #expect(await server.stop() == 0)
        let log = server.process.printed
        #expect(log.contains("a request of a Tinyid client failed"), "\(log)")
        #expect(log.contains("tag 'nothing' does not exist"), "\(log)")
        #expect(!log.contains("s3cr3t"), "\(log)")
    }

    // MARK: Two databases

    private func database(_ server: MariaDBServer, _ name: String) async throws -> String {
        let client = ServerProcess(
            "mariadb",
            [
                "--no-defaults", "--socket=\(server.path)/socket", "--user=root", "-e",
                "CREATE DATABASE \(name); GRANT ALL ON \(name).* TO 'frond'@'127.0.0.1' IDENTIFIED BY 'secret'",
            ])
        try #require(await client.waitForExit() == 0, "\(client.printed)")
        return "mysql://frond@127.0.0.1:\(server.port)/\(name)"
    }

    private func frond(_ arguments: String...) async throws {
        let process = FrondProcess(arguments, environment: ["FROND_STORE_PASSWORD": "secret"])
        #expect(await process.waitForExit() == 0, "\(process.printed)")
    }

    private func serve(_ url: String) async throws -> FrondServerProcess {
        try await FrondServerProcess.start(
            in: try TemporaryDirectory(), Self.isOn + ["--store", url],
            environment: ["FROND_STORE_PASSWORD": "secret"])
    }

    @Test("no number twice between the segments and the IDs of three servers with two databases")
    func stripes() async throws {
        let server = try await MariaDBServer()
        let (one, more) = (try await database(server, "ids"), try await database(server, "more"))
        let both = "\(one),\(more)"
        try await frond("schema", "apply", "--store", both)
        try await frond("tag", "create", "order", "--step", "7", "--store", both)
        let servers = [try await serve(one), try await serve(more), try await serve(both)]
        var numbers: [Int64] = []
        var remainders: Set<Substring> = []
        for _ in 0..<10 {
            for server in servers {
                let segment = try await server.get("/tinyid/id/nextSegmentIdSimple?bizType=order&token=t").body
                let parts = segment.split(separator: ",")
                try #require(parts.count == 5 && parts[3] == "2", "\(segment)")
                remainders.insert(parts[4])
                let range = try (#require(Int64(parts[0])) + 1)...(#require(Int64(parts[2])))
                let remainder = try #require(Int64(parts[4]))
                let issued = range.filter { $0 % 2 == remainder }
                #expect(issued.count == 7, "\(segment)")
                numbers += issued
                let ids = try await server.get("/tinyid/id/nextIdSimple?bizType=order&batchSize=3&token=t").body
                numbers += ids.split(separator: ",").compactMap { Int64($0) }
                numbers.append(try await server.nextID())
            }
        }
        for server in servers { numbers += await java(server, "order", segments: 3).compactMap { Int64($0) } }
        #expect(remainders == ["0", "1"])
        #expect(numbers.count == 393)
        #expect(Set(numbers).count == numbers.count, "a number came twice")
        for server in servers { #expect(await server.stop() == 0) }
    }
}
