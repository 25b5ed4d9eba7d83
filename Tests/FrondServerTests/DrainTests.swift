import Frond
import NIOCore
import NIOEmbedded
import Testing

@testable import FrondServer

@Suite("A stop", .timeLimit(.minutes(5)))
struct DrainTests {
    @Test("without a delay ends at once")
    func noDelay() {
        var machine = DrainStateMachine(delay: .zero)
        #expect(!machine.isDraining)
        #expect(machine.askedToStop(at: .seconds(1)) == .end)
        #expect(machine.isDraining)
        #expect(machine.askedToStop(at: .seconds(1)) == .none)
        #expect(machine.timePassed(at: .seconds(9)) == .none)
    }

    @Test("with a delay ends after it, and not before")
    func delay() {
        var machine = DrainStateMachine(delay: .seconds(5))
        #expect(machine.timePassed(at: .seconds(100)) == .none)
        #expect(machine.askedToStop(at: .seconds(1)) == .delay(.seconds(5)))
        #expect(machine.isDraining)
        #expect(machine.timePassed(at: .seconds(4)) == .delay(.seconds(2)))
        #expect(machine.timePassed(at: .seconds(6)) == .end)
        #expect(machine.timePassed(at: .seconds(7)) == .none)
    }

    @Test("asked for twice ends the delay")
    func twice() {
        var machine = DrainStateMachine(delay: .seconds(5))
        #expect(machine.askedToStop(at: .zero) == .delay(.seconds(5)))
        #expect(machine.askedToStop(at: .seconds(1)) == .end)
        #expect(machine.timePassed(at: .seconds(6)) == .none)
    }

    @Test("tells each who asked for it once, also where it has begun")
    func callbacks() async {
        let drain = ServerDrain(delay: .seconds(600))
        let (calls, source) = AsyncStream.makeStream(of: Int.self)
        drain.onDrain { source.yield(1) }
        drain.stop()
        drain.onDrain { source.yield(2) }
        drain.stop()
        await drain.waitForEnd()
        source.finish()
        #expect(await calls.reduce(into: []) { $0.append($1) } == [1, 2])
    }

    @Test("makes every answer the last of its connection, also of hot requests, and the fast lane rests")
    func lastAnswers() async throws {
        let generators = try await EmbeddedServer.generators()
        let drain = ServerDrain(delay: .seconds(600))
        let server = try EmbeddedServer(generators, answersAtOnce: true, drain: drain)
        try server.send(EmbeddedServer.hot)
        #expect(try server.bodies() == ["2"])
        drain.stop()
        #expect(server.channel.isActive)
        try server.send(EmbeddedServer.hot + EmbeddedServer.hot)
        let answer = try server.received()
        #expect(
            answer.contains("connection: close\r\n") && answer.hasSuffix("[GET /api/segment/get/order]"), "\(answer)")
        #expect(try EmbeddedServer.bodies(of: answer).count == 1)
        #expect(!server.channel.isActive)
    }
}

@Suite("Limits of a connection", .timeLimit(.minutes(5)))
struct ConnectionLimitTests {
    private let generators: ServedGenerators

    init() async throws {
        generators = try await EmbeddedServer.generators()
    }

    @Test(
        "a request that comes byte by byte is refused after its time, whichever part of it is slow",
        arguments: [
            "GET /api/segment/get/order", "GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\nX: ",
            "POST /api/segment/get/order HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n",
            EmbeddedServer.hot + "GET /",
        ])
    func slowRequest(beginning: String) throws {
        let server = try EmbeddedServer(
            generators, limits: ConnectionLimits(idle: .seconds(600), request: .seconds(30), drain: .seconds(5)))
        try server.send(EmbeddedServer.hot)
        let loop = server.channel.embeddedEventLoop
        loop.advanceTime(by: .seconds(50))
        try server.send(beginning)
        for _ in 0..<29 {
            try server.send("a")
            loop.advanceTime(by: .seconds(1))
        }
        #expect(server.channel.isActive)
        for _ in 0..<3 where server.channel.isActive {
            try server.send("a")
            loop.advanceTime(by: .seconds(1))
        }
        let answers = try server.received()
        #expect(answers.contains("HTTP/1.1 408 ") && answers.contains("request-timeout"), "\(answers)")
        #expect(!server.channel.isActive)
    }

    @Test("a request that comes whole is not refused, however long its answer takes")
    func wholeRequest() throws {
        let server = try EmbeddedServer(
            generators, limits: ConnectionLimits(idle: .seconds(600), request: .seconds(5), drain: .seconds(5)))
        for packet in Array(EmbeddedServer.get("/health/live").utf8).packets(of: 3) { try server.send(packet) }
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        server.ordinary.answer("a")
        #expect(try server.bodies() == ["a"])
        #expect(server.channel.isActive)
    }

    @Test("over its age, within 10 %, a connection's next answer is the last")
    func age() throws {
        let server = try EmbeddedServer(
            generators, answersAtOnce: true,
            limits: ConnectionLimits(idle: .seconds(600), drain: .seconds(5), age: .seconds(100)))
        let loop = server.channel.embeddedEventLoop
        loop.advanceTime(by: .seconds(89))
        try server.send(EmbeddedServer.hot)
        #expect(try server.bodies() == ["2"])
        loop.advanceTime(by: .milliseconds(500))
        var seconds = 0
        var answer = ""
        while server.channel.isActive, seconds < 30 {
            loop.advanceTime(by: .milliseconds(900))
            try server.send(EmbeddedServer.hot)
            answer = try server.received()
            seconds += 1
        }
        #expect(answer.contains("connection: close\r\n"), "\(answer)")
        #expect(seconds < 25)
    }

    @Test("over its age a connection without requests is closed")
    func agedIdle() throws {
        let server = try EmbeddedServer(
            generators, limits: ConnectionLimits(idle: .seconds(600), drain: .seconds(5), age: .seconds(100)))
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(89))
        #expect(server.channel.isActive)
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(23))
        #expect(!server.channel.isActive)
    }

    @Test("the ages of connections differ")
    func jitter() {
        var random = SplitMix64(seed: 1)
        let limits = ConnectionLimits(idle: .seconds(1), drain: .seconds(1), age: .seconds(100))
        let ages = (0..<100).compactMap { _ in limits.age(using: &random)?.nanoseconds }
        #expect(ages.count == 100 && Set(ages).count > 90)
        #expect(ages.allSatisfy { (90_000_000_000...110_000_000_000).contains($0) })
    }

    @Test(
        "a body beyond the limit is a 413, declared or chunked, on hot paths too, before any of it comes",
        arguments: ["/api/segment/get/order", "/health/live"], ["GET", "POST"])
    func largeBody(path: String, method: String) throws {
        for headers in ["Content-Length: 70000", "Content-Length: 9223372036854775807"] {
            let server = try EmbeddedServer(generators, answersAtOnce: true)
            try server.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(headers)\r\n\r\n")
            #expect(try server.received().hasPrefix("HTTP/1.1 413 "))
            #expect(!server.channel.isActive)
        }
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        try server.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<70 where server.channel.isActive {
            try server.send("400\r\n\(String(repeating: "a", count: 1024))\r\n")
        }
        #expect(try server.received().hasPrefix("HTTP/1.1 413 "))
        #expect(server.ordinary.requests.isEmpty)
    }

    @Test("a client that waits to be told to send its body is told so")
    func expectation() throws {
        let server = try EmbeddedServer(generators, answersAtOnce: true)
        try server.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try server.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        try server.send("ab")
        #expect(try server.bodies() == ["[POST /]"])
        #expect(server.channel.isActive)
    }

    @Test(
        "a request that is never complete is held within the server's budget, and no longer",
        arguments: [
            "GET /api/segment/get/order HTTP/1.1\r\nHost: x\r\nX: ",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
        ])
    func incomplete(begin: String) async throws {
        let generators = try await EmbeddedServer.generators()
        let budget = ConnectionBudget(limit: 50_000)
        let (first, second) = (
            try EmbeddedServer(generators, budget: budget), try EmbeddedServer(generators, budget: budget)
        )
        for server in [first, second] {
            try server.send(begin)
            for _ in 0..<30 { try server.send(String(repeating: "x", count: 1000)) }
            if server.channel === first.channel { #expect(first.channel.isActive) }
        }
        first.channel.embeddedEventLoop.run()
        #expect(!first.channel.isActive, "it has waited longest")
        try second.send(String(repeating: "x", count: begin.hasPrefix("GET") ? 0 : 30_000) + "\r\n\r\n")
        let third = try EmbeddedServer(generators, budget: budget)
        try third.send(begin + String(repeating: "x", count: 45_000))
        second.channel.embeddedEventLoop.run()
        #expect(second.channel.isActive && third.channel.isActive, "what is complete is no longer counted")
    }

    @Test("over the server's budget of unread answers, the connections that wait longest are closed")
    func budget() {
        final class Connection {}
        let connections = (0..<5).map { _ in Connection() }
        let ids = connections.map { ObjectIdentifier($0) }
        var machine = ConnectionBudgetStateMachine(limit: 100)
        for id in ids[..<4] { #expect(machine.report(id, bytes: 25).isEmpty) }
        #expect(machine.report(ids[2], bytes: 20).isEmpty)
        machine.forget(ids[0])
        #expect(machine.bytes == 70)
        #expect(machine.report(ids[4], bytes: 60) == [ids[1], ids[2]])
        #expect(machine.bytes == 85)
        machine.forget(ids[1])
        #expect(machine.bytes == 85, "it was forgotten before")
        #expect(machine.report(ids[4], bytes: 1000) == [ids[3], ids[4]], "itself, where it alone is too much")
        #expect(machine.bytes == 0)
        withExtendedLifetime(connections) {}
    }
}
