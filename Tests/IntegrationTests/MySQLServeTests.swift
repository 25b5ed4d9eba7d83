import Foundation
import FrondTesting
import TestServers
import Testing

/// `frond serve --store mysql://… --registry mysql://…` on a real MariaDB.
@Suite("Serving from MariaDB", .serialized, .timeLimit(.minutes(5)))
struct MySQLServeTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A database with Frond's tables, and its URL.
    private func prepared(_ server: MariaDBServer, _ name: String = "ids") async throws -> String {
        let client = ServerProcess(
            "mariadb",
            [
                "--no-defaults", "--socket=\(server.path)/socket", "--user=root", "-e",
                "CREATE DATABASE \(name); GRANT ALL ON \(name).* TO 'frond'@'127.0.0.1' IDENTIFIED BY 'se:cr@t'",
            ])
        try #require(await client.waitForExit() == 0, "\(client.printed)")
        return "mysql://frond@127.0.0.1:\(server.port)/\(name)"
    }

    private func frond(_ arguments: String...) async throws -> String {
        let process = FrondProcess(arguments, environment: ["FROND_STORE_PASSWORD": "se:cr@t"])
        #expect(await process.waitForExit() == 0, "\(process.printed)")
        return process.printed
    }

    private func serve(_ url: String, _ more: [String] = []) async throws -> FrondServerProcess {
        try await FrondServerProcess.start(
            in: directory, ["--store", url] + more, environment: ["FROND_STORE_PASSWORD": "se:cr@t"])
    }

    @Test("segment, snowflake and ticket, from nothing to a restart, and no password is shown")
    func allGenerators() async throws {
        let database = try await MariaDBServer()
        let url = try await prepared(database)
        let unprepared = FrondProcess(
            ["serve", "--port", "0", "--store", url], environment: ["FROND_STORE_PASSWORD": "se:cr@t"])
        #expect(await unprepared.waitForExit() == 69)
        #expect(unprepared.printed.contains("frond schema apply --store"), "\(unprepared.printed)")
        #expect(unprepared.printed.split(separator: "\n").count == 1, "\(unprepared.printed)")
        #expect(try await frond("schema", "print", "--store", url).contains("CREATE TABLE IF NOT EXISTS leaf_alloc"))
        _ = try await frond("schema", "apply", "--store", url)
        #expect(try await frond("schema", "apply", "--store", url).contains("lacks nothing"))
        _ = try await frond("worker", "init", "--store", url)
        _ = try await frond("tag", "create", "order", "--store", url)
        var server = try await serve(url)
        #expect(try await server.nextID() == 1)
        #expect(try await server.get("/api/segment/get/user").status == 404)
        #expect(try await server.get("/api/ticket/get/order?count=3").body == "1\n2\n3")
        #expect(try await server.get("/api/ticket/get/user").status == 404)
        var ids = IssuedIDs()
        try await ids.takeUntilServed(by: server)
        await server.crash()
        server = try await serve(url)
        #expect(try await server.nextID() > 1)
        #expect(try await server.get("/api/ticket/get/order").body == "4")
        try await ids.takeUntilServed(by: server)
        #expect(await server.stop() == 0)
        #expect(!server.process.printed.contains("cr@t"))
    }

    @Test("an idle server asks the database as often with 1,000 tags as with 100 and 10")
    func idle() async throws {
        let database = try await MariaDBServer()
        let url = try await prepared(database)
        _ = try await frond("schema", "apply", "--store", url)
        func sql(_ statement: String) async throws -> String {
            let options = ["--no-defaults", "--socket=\(database.path)/socket", "--user=root", "--skip-column-names"]
            let client = ServerProcess("mariadb", options + ["ids", "-e", statement])
            try #require(await client.waitForExit() == 0, "\(client.printed)")
            return client.printed
        }
        func questions() async throws -> Int {
            let row = try await sql("SHOW GLOBAL STATUS LIKE 'Questions'")
            return try #require(row.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }, "\(row)")
        }
        let server = try await serve(url, ["--registry", "none"])
        var (asked, known) = ([Int](), 0)
        for count in [10, 100, 1000] {
            let rows = (known..<count).map { "('tag-\($0)', 1, 1000)" }.joined(separator: ",")
            _ = try await sql("INSERT INTO leaf_alloc (biz_tag, max_id, step) VALUES \(rows)")
            for number in known..<count { #expect(try await server.nextID("tag-\(number)") == 1) }
            known = count
            // What is still to be fetched for them is, before the counting begins.
            try await Task.sleep(for: .seconds(3))
            let (before, start) = (try await questions(), ContinuousClock.now)
            try await Task.sleep(for: .seconds(6))
            let seconds = Double((ContinuousClock.now - start).components.seconds)
            asked.append(Int(Double(try await questions() - before) / max(1, seconds)))
        }
        #expect(asked.allSatisfy { $0 <= 10 }, "\(asked) questions a second")
        #expect(try #require(asked.last) <= asked[0] + 2, "\(asked) questions a second")
    }

    @Test("no number twice over a database that is killed and started, and a server that is killed with it")
    func survives() async throws {
        let database = try await MariaDBServer()
        let url = try await prepared(database)
        _ = try await frond("schema", "apply", "--store", url)
        _ = try await frond("tag", "create", "order", "--step", "50", "--store", url)
        let options = ["--registry", "none", "--set", "segment.maxStep=50"]
        var servers = [try await serve(url, options), try await serve(url, options)]
        let bench = FrondProcess(
            ["bench", "http"] + servers.map { "\($0.url)/api/segment/get/order" }
                + ["--connections", "4", "--duration", "\(10 * LongRun.rounds)s", "--json"])
        let port = servers[0].port
        for begin in stride(from: 0, to: 10 * LongRun.rounds, by: 10) {
            try await bench.waitForLines(begin + 2)
            await database.kill()
            try await bench.waitForLines(begin + 3)
            try await database.start()
            try await bench.waitForLines(begin + 5)
            await database.kill()
            await servers[0].crash()
            try await database.start()
            servers[0] = try await FrondServerProcess.start(
                in: directory, port: port, ["--store", url] + options,
                environment: ["FROND_STORE_PASSWORD": "se:cr@t"])
        }
        #expect(await bench.waitForExit() == 0, "\(bench.printed)")
        #expect(bench.printed.contains(#""duplicates" : 0"#), "\(bench.printed)")
        for server in servers {
            try await poll("the server answers as expected") {
                try await server.get("/api/segment/get/order").status == 200 ? true : nil
            }
        }
    }

    @Test("a tag is spread over a second database while a server of the first goes on: no number twice")
    func spreads() async throws {
        let database = try await MariaDBServer()
        let one = try await prepared(database)
        let both = "\(one),\(try await prepared(database, "more"))"
        _ = try await frond("schema", "apply", "--store", both)
        _ = try await frond("tag", "create", "order", "--step", "10", "--store", one)
        let old = try await serve(one, ["--registry", "none", "--set", "segment.maxStep=10"])
        var numbers: [Int64] = []
        for _ in 0..<30 { numbers.append(try await old.nextID()) }
        #expect(try await frond("tag", "stripe", "--store", both).contains("is spread over 2 databases"))
        let new = try await serve(both, ["--registry", "none", "--set", "segment.maxStep=10"])
        for _ in 0..<60 {
            numbers.append(try await old.nextID())
            numbers.append(try await new.nextID())
        }
        #expect(Set(numbers).count == numbers.count)
        #expect(await old.stop() == 0)
        #expect(await new.stop() == 0)
    }
}
