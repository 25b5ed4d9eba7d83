import Foundation
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

@Suite("frond serve", .timeLimit(.minutes(5)))
struct ServeTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("prints 1, then 2, as plain decimals")
    func firstIDs() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        let first = try await server.get("/api/segment/get/order")
        #expect(first.status == 200)
        #expect(first.body == "1")
        #expect(first.headers.first(name: "content-type") == "text/plain")
        let second = try await server.get("/api/segment/get/order")
        #expect(second.body == "2")
        #expect(second.headers.first(name: "date")?.hasSuffix("GMT") == true)
        #expect(try await server.nextID("user") == 1)
        #expect(await server.stop() == 0)
    }

    @Test("never prints a number again after kill -9")
    func crashes() async throws {
        var last: Int64 = 0
        for _ in 0..<4 {
            let server = try await FrondServerProcess.start(in: directory)
            for _ in 0..<50 {
                let id = try await server.nextID()
                #expect(id > last)
                last = id
            }
            await server.crash()
        }
    }

    @Test("leaves no gap after SIGTERM", arguments: [SIGTERM, SIGINT])
    func givesBack(signal: Int32) async throws {
        for expected in 1...3 as ClosedRange<Int64> {
            let server = try await FrondServerProcess.start(in: directory)
            #expect(try await server.nextID() == expected)
            server.process.signal(signal)
            #expect(await server.process.waitForExit() == 0)
        }
    }

    @Test("several processes share one file and repeat nothing")
    func sharedFile() async throws {
        let one = try await FrondServerProcess.start(in: directory, ["--set", "tags.step=7"])
        let other = try await FrondServerProcess.start(in: directory)
        let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for server in [one, other, one, other] {
                group.addTask {
                    var ids: [Int64] = []
                    for _ in 0..<200 { ids.append(try await server.nextID()) }
                    return ids
                }
            }
            return try await group.reduce(into: [Int64]()) { $0 += $1 }
        }
        #expect(Set(ids).count == 800)
    }

    @Test("gives exactly the count asked for", arguments: [1, 2, 999, 10_000])
    func counts(count: Int) async throws {
        let server = try await FrondServerProcess.start(in: directory)
        let answer = try await server.get("/api/segment/get/order?count=\(count)")
        #expect(answer.body.split(separator: "\n").compactMap { Int64($0) } == Array(1...Int64(count)))
        #expect(try await server.nextID() == Int64(count) + 1)
    }

    @Test("answers in JSON with strings where it is asked to")
    func json() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        let answer = try await server.get("/api/segment/get/order?count=2&answer=json")
        #expect(answer.body == #"{"ids":["1","2"],"tag":"order"}"#)
        #expect(answer.headers.first(name: "content-type") == "application/json")
        let single = try await server.get("/api/segment/get/order", headers: ["Accept": "Application/JSON"])
        #expect(single.body == "3", "Leaf's clients read a number")
        #expect(single.headers.first(name: "content-type") == "application/json")
    }

    @Test("makes UUIDs of version 7 in order, and of version 4")
    func uuids() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        let seven = try await server.get("/api/uuid/get/order?count=100").body.split(separator: "\n")
        #expect(seven.count == 100)
        #expect(seven.allSatisfy { $0.count == 36 && Array($0)[14] == "7" })
        #expect(seven == seven.sorted())
        let four = try await server.get("/api/uuid/get/order?version=4").body
        #expect(four.count == 36 && Array(four)[14] == "4")
    }

    @Test("says that it lives and that it is ready")
    func health() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        #expect(try await server.get("/health/live").status == 200)
        #expect(try await server.becomesReady())
        let ready = try await server.get("/health/ready")
        #expect(ready.body.contains(#""segment":{"status":"up"}"#))
        #expect(ready.body.contains(#""snowflake":{"clock":"ok","status":"up","until":""#))
        #expect(ready.body.hasSuffix(#""status":"ready"}"#))
    }

    @Test("takes settings from a file, the environment and the command line, the last first")
    func settings() async throws {
        let file = directory.path + "/frond.yaml"
        try "http:\n  maxCount: 5\ntags:\n  step: 3\n".write(toFile: file, atomically: true, encoding: .utf8)
        let server = try await FrondServerProcess.start(
            in: directory, ["--config", file, "--set", "http.maxCount=7"], environment: ["FROND_TAGS_STEP": "11"])
        #expect(try await server.get("/api/segment/get/order?count=7").status == 200)
        #expect(try await server.get("/api/segment/get/order?count=8").status == 400)
        let shown = await frond("tag", "show", "order", "--json", "--data-dir", directory.path)
        #expect(shown.output.contains(#""step" : "11""#))
    }

    @Test("an option of its own wins over --set")
    func optionWins() async throws {
        let server = try await FrondServerProcess.start(
            in: directory, ["--set", "port=1", "--set", "dataDir=/nowhere"])
        #expect(server.port != 1)
    }

    @Test("servers on one file that are stopped together all end well")
    func stoppedTogether() async throws {
        for _ in 0..<3 {
            let servers = [
                try await FrondServerProcess.start(in: directory, ["--registry", "none"]),
                try await FrondServerProcess.start(in: directory, ["--registry", "none"]),
            ]
            for server in servers { _ = try await server.nextID() }
            async let first = servers[0].stop()
            async let second = servers[1].stop()
            let statuses = await [first, second]
            #expect(statuses == [0, 0], "\(servers.map(\.process.printed))")
        }
    }

    @Test("closes its store when it ends: all is in the database file, and not in its log alone")
    func closesStore() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        #expect(try await server.nextID() == 1)
        #expect(await server.stop() == 0)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: directory.path + "/frond.sqlite")).contains(Data("order".utf8)))
    }

    @Test("the list of worker IDs says where the server listens, also on a port that was picked")
    func address() async throws {
        let server = try await FrondServerProcess.start(in: directory)
        #expect(try await server.becomesReady())
        let list = await frond("worker", "list", "--json", "--data-dir", directory.path)
        #expect(list.output.contains(#""address" : "127.0.0.1:\#(server.port)""#), "\(list.output)")
    }

    @Test("prints an IPv6 address as a URL has it")
    func addressOfVersion6() async throws {
        let server = FrondProcess(["serve", "--host", "::1", "--port", "0", "--data-dir", directory.path])
        let line = try await server.waitForLine(containing: "listens on")
        #expect(line.contains("http://[::1]:"), "\(line)")
    }

    @Test("answers 503 with Retry-After once the numbers are used up, never a wrong one, and comes back unaided")
    func storeFails() async throws {
        let server = try await FrondServerProcess.start(
            in: directory, ["--set", "tags.step=10", "--set", "segment.maxStep=10"])
        var last = try await server.nextID()
        // Another process holds the write lock of the file: the store answers nobody.
        let lock = try SQLiteLock(path: directory.path + "/frond.sqlite")
        var refusal: FrondServerProcess.Answer?
        for _ in 0..<200 where refusal == nil {
            let answer = try await server.get("/api/segment/get/order")
            if answer.status == 200 {
                let id = try #require(Int64(answer.body))
                #expect(id == last + 1)
                last = id
            } else {
                refusal = answer
            }
        }
        #expect(refusal?.status == 503)
        #expect(refusal?.headers.first(name: "retry-after") != nil)
        #expect(refusal?.headers.first(name: "content-type") == "application/problem+json")
        try lock.release()
        var id: Int64?
        for _ in 0..<2000 where id == nil {
            id = Int64(try await server.get("/api/segment/get/order").body)
        }
        #expect(try #require(id) > last)
        #expect(try await server.becomesReady())
    }
}
