import Foundation
import FrondTesting
import NIOHTTP1
import TestServers
import Testing

@Suite("frond serve, tags with fallbacks", .timeLimit(.minutes(5)))
struct FallbackServeTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("redis killed: segments answer and the header says so; redis again when it is back; no number twice")
    func redisKilled() async throws {
        try await makeTag("order", "--generators", "redis,segment", in: directory)
        var redis = try await RedisServer.start()
        let arguments = ["--redis", "redis://127.0.0.1:\(redis.port)/0", "--set", "redisCeilingStep=50"]
        let one = try await FrondServerProcess.start(in: directory, arguments)
        let other = try await FrondServerProcess.start(in: directory, arguments)
        var ids = GivenTexts()
        for _ in 0..<2 {
            try await ids.take("/api/id/order", from: [one, other], until: "redis")
            await redis.kill()
            try await ids.take("/api/id/order", from: [one, other], until: "segment")
            redis = try await RedisServer.start(port: redis.port)
        }
        try await ids.take("/api/id/order", from: [one, other], until: "redis")
        #expect(ids.repeated.isEmpty)
        #expect(ids.all.count > 100)
        #expect(try await one.get("/api/ticket/get/order").status == 404)
    }

    @Test("a tag's format is on every route, in text and in JSON, and survives kill -9")
    func formats() async throws {
        try await makeTag("order", "--format", "ORD-{number:6}", in: directory)
        var ids = GivenTexts()
        for _ in 0..<3 {
            let server = try await FrondServerProcess.start(in: directory)
            for path in ["/api/id/order", "/api/segment/get/order", "/api/segment/get/order?count=3"] {
                let answer = try await server.get(path)
                #expect(answer.status == 200)
                #expect(answer.body.split(separator: "\n").allSatisfy { $0.hasPrefix("ORD-") }, "\(answer.body)")
                ids.note(answer.body)
            }
            let json = try await server.get("/api/id/order", headers: ["Accept": "application/json"])
            #expect(json.body.contains(#"{"ids":["ORD-"#), "\(json.body)")
            let other = try await server.get("/api/segment/get/order?format=base62")
            #expect(other.status == 400 && other.body.contains("no other"), "\(other.body)")
            await server.crash()
        }
        #expect(ids.repeated.isEmpty)
    }

    @Test("scrambled on two servers with one key: each number once, within the range; a server without the key refuses")
    func scrambled() async throws {
        let key = ["FROND_SCRAMBLE_KEY": "a key of sixteen or more bytes"]
        let arguments = ["tag", "create", "order", "--step", "20", "--scramble", "--max", "1000"]
        let made = FrondProcess(arguments + ["--data-dir", directory.path], environment: key)
        #expect(await made.waitForExit() == 0, "\(made.printed)")
        var ids = GivenTexts()
        let one = try await FrondServerProcess.start(in: directory, environment: key)
        let other = try await FrondServerProcess.start(in: directory, environment: key)
        for _ in 0..<20 { try await ids.take("/api/id/order?count=9", from: [one, other]) }
        #expect(ids.repeated.isEmpty)
        #expect(ids.all.count == 360)
        #expect(ids.all.compactMap { Int($0) }.allSatisfy { (1...1000).contains($0) })
        let stranger = try await FrondServerProcess.start(in: directory)
        for path in ["/api/id/order", "/api/segment/get/order"] {
            let answer = try await stranger.get(path)
            #expect(answer.status == 503)
            #expect(answer.body.contains("scrambleKey"), "\(answer.body)")
        }
    }

    @Test("segments used up: snowflake IDs go on above them, then the numbers of a raised --max refuse to meet them")
    func usedUp() async throws {
        try await makeTag("order", "--generators", "segment,snowflake", "--max", "50", in: directory)
        let server = try await FrondServerProcess.start(in: directory)
        var ids = GivenTexts()
        var generators: Set<String> = []
        for _ in 0..<60 { generators.formUnion(try await ids.take("/api/id/order", from: [server])) }
        #expect(generators == ["segment", "snowflake"])
        #expect(ids.repeated.isEmpty)
        #expect(ids.all.filter { $0.count <= 2 }.count == 50)
        let raised = await frond("tag", "set", "order", "--max", "9000000000000000000", "--data-dir", directory.path)
        #expect(raised.status != 0)
        #expect(raised.output.contains("snowflake"), "\(raised.output)")
    }
}

#if os(Linux)
    @Suite("frond serve, numbers by the day, its clock moved while it runs", .timeLimit(.minutes(5)))
    struct PeriodServeTests {
        @Test("two servers whose clocks pass midnight apart, jump back and crash: no text twice, and each day from 1")
        func midnight() async throws {
            let directory = try TemporaryDirectory()
            try await makeTag("order", "--format", "{date}-{number:4}", "--period", "day", in: directory)
            let clocks = [try ShiftedClock(), try ShiftedClock()]
            let now = Int64(Date().timeIntervalSince1970)
            let midnight = (now / 86_400 + 1) * 86_400
            var servers: [FrondServerProcess] = []
            for clock in clocks {
                try clock.shift(by: .seconds(midnight - now - 600))
                servers.append(try await FrondServerProcess.start(in: directory, clock: clock, [], registry: "none"))
            }
            var ids = GivenTexts()
            // How far each is from midnight, in seconds: across it apart, corrected, set back by hours, and on.
            let steps: [[Int64]] = [
                [-600, -600], [30, -600], [30, 30], [-20, 30], [-7200, 60], [60, -7200], [90, 90],
            ]
            for (index, step) in steps.enumerated() {
                for (clock, shift) in zip(clocks, step) {
                    try clock.shift(by: .seconds(midnight - now + shift))
                }
                if index == 4 {
                    await servers[0].crash()
                    servers[0] = try await FrondServerProcess.start(
                        in: directory, clock: clocks[0], [], registry: "none")
                }
                for _ in 0..<15 { try await ids.take("/api/id/order?count=3", from: servers) }
            }
            #expect(ids.repeated.isEmpty)
            let days = Dictionary(grouping: ids.all) { $0.prefix(8) }
            #expect(days.count == 2)
            for (day, texts) in days {
                #expect(texts.contains("\(day)-0001"))
                #expect(texts.count > 100)
            }
        }
    }
#endif
