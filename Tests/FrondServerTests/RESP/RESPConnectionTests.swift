import Frond
import FrondTesting
import NIOCore
import NIOEmbedded
import NIOTLS
import RESP
import Testing

@testable import FrondServer

/// The connection in memory: requests whose IDs are at hand.
@Suite("A connection of a Redis client", .timeLimit(.minutes(5)))
struct RESPConnectionTests {
    private static let incr = "*2\r\n$4\r\nINCR\r\n$5\r\norder\r\n"
    private let generators: ServedGenerators

    init() async throws {
        generators = try await EmbeddedServer.generators()
    }

    @Test("answers what is pipelined in order and in one piece, known requests and others")
    func pipelined() throws {
        let server = try EmbeddedRESPServer(generators)
        try server.send(Self.incr + "PING\r\n" + Self.incr + "*2\r\n$4\r\nECHO\r\n$1\r\na\r\n" + Self.incr + Self.incr)
        #expect(try server.pieces() == [":2\r\n+PONG\r\n:3\r\n$1\r\na\r\n:4\r\n:5\r\n"])
        try server.send("FROND.NEXT order\r\nFROND.NEXT order COUNT 2\r\nINCR segment/order\r\n")
        #expect(try server.received() == "*1\r\n$1\r\n6\r\n*2\r\n$1\r\n7\r\n$1\r\n8\r\n:9\r\n")
        try server.send("FROND.NEXT order COUNT 2\r\nFROND.NEXT order\r\nINCR segment/order\r\n")
        #expect(try server.received() == "*2\r\n$2\r\n10\r\n$2\r\n11\r\n*1\r\n$2\r\n12\r\n:13\r\n")
    }

    @Test("reads requests wherever their bytes are split")
    func splits() throws {
        let text = Self.incr + "INCR user\r\n" + Self.incr
        var expected = 2
        for split in 0...text.utf8.count {
            let server = try EmbeddedRESPServer(generators)
            try server.send(String(text.prefix(split)))
            try server.send(String(text.dropFirst(split)))
            let replies = try server.received()
            #expect(replies == ":\(expected)\r\n:\(expected / 2 + 1)\r\n:\(expected + 1)\r\n", "split at \(split)")
            expected += 2
        }
    }

    @Test("reads lines wherever their bytes are split, known ones too")
    func splitLines() throws {
        let server = try EmbeddedRESPServer(generators)
        try server.send("INCR order\r\n")
        #expect(try server.received() == ":2\r\n")
        let text = "INCR order\r\nPING\r\nINCR order\r\n"
        for split in 0...text.utf8.count {
            try server.send(String(text.prefix(split)))
            try server.send(String(text.dropFirst(split)))
            let first = 3 + 2 * split
            #expect(try server.received() == ":\(first)\r\n+PONG\r\n:\(first + 1)\r\n", "split at \(split)")
        }
    }

    @Test("ends where the client does not speak TLS in time, and not where it has done so and asks for nothing")
    func handshake() throws {
        let silent = try EmbeddedRESPServer(generators, isSecured: true)
        let secured = try EmbeddedRESPServer(generators, isSecured: true)
        secured.channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        for server in [silent, secured] { server.channel.embeddedEventLoop.advanceTime(by: .seconds(29)) }
        #expect(silent.channel.isActive && secured.channel.isActive)
        for server in [silent, secured] { server.channel.embeddedEventLoop.advanceTime(by: .seconds(10)) }
        #expect(!silent.channel.isActive && secured.channel.isActive)
        secured.channel.embeddedEventLoop.advanceTime(by: .hours(24))
        #expect(secured.channel.isActive, "clients keep connections in pools")
    }

    @Test("ends after its time where the client does not complete a request, or is to be closed when idle")
    func times() throws {
        let partial = try EmbeddedRESPServer(generators)
        try partial.send("PING\r\n*1\r\n")
        partial.channel.embeddedEventLoop.advanceTime(by: .seconds(40))
        let text = try partial.received()
        #expect(text.hasPrefix("+PONG\r\n-ERR Protocol error: the request was not complete within 30000 ms"), "\(text)")
        let idle = try EmbeddedRESPServer(generators, idle: .seconds(100))
        idle.channel.embeddedEventLoop.advanceTime(by: .seconds(90))
        #expect(idle.channel.isActive)
        idle.channel.embeddedEventLoop.advanceTime(by: .seconds(40))
        #expect(!idle.channel.isActive)
    }

    @Test("takes no number while the client takes no answer")
    func backPressure() throws {
        let server = try EmbeddedRESPServer(generators)
        server.setTaking(false)
        try server.send(String(repeating: Self.incr, count: 100))
        #expect(try server.received() == "")
        let other = try EmbeddedRESPServer(generators)
        try other.send(Self.incr)
        #expect(try other.received() == ":2\r\n")
        server.setTaking(true)
        #expect(try server.received().split(separator: "\r\n").count == 100)
    }

    @Test("sends the answers in pieces, so that a client that stops to take them costs little")
    func pieces() throws {
        let server = try EmbeddedRESPServer(generators)
        try server.send(
            String(repeating: "*2\r\n$4\r\nECHO\r\n$1000\r\n\(String(repeating: "a", count: 1000))\r\n", count: 100))
        let pieces = try server.pieces()
        #expect(pieces.count > 2)
        #expect(pieces.allSatisfy { $0.utf8.count < 34 << 10 })
    }

    @Test(
        "ends with an error that says what is wrong with the bytes",
        arguments: [
            ("*1\r\n$1073741824\r\n", "-ERR Protocol error: invalid bulk length"),
            ("*1000000\r\n", "-ERR Protocol error: invalid multibulk length"),
            ("*1\r\n:1\r\n", "-ERR Protocol error: expected '$', got ':'"),
            (String(repeating: "a", count: 70_000), "-ERR Protocol error: too big inline request"),
            ("ECHO \"a\r\n", "-ERR Protocol error: unbalanced quotes"),
        ])
    func malformed(text: String, error: String) throws {
        let server = try EmbeddedRESPServer(generators)
        try server.send("PING\r\n" + text + "PING\r\n")
        let reply = try server.received()
        #expect(reply.hasPrefix("+PONG\r\n" + error), "\(reply)")
        #expect(reply.split(separator: "\r\n").count == 2, "nothing behind it is answered")
        try server.send("PING\r\n")
        #expect(try server.received() == "")
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!server.channel.isActive)
    }

    @Test("ends after QUIT, behind the answers before it")
    func quit() throws {
        let server = try EmbeddedRESPServer(generators)
        try server.send(Self.incr + "QUIT\r\n" + Self.incr)
        #expect(try server.received() == ":2\r\n+OK\r\n")
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!server.channel.isActive)
    }

    @Test("beyond the limit is told so and closed")
    func limit() throws {
        let server = try EmbeddedRESPServer(generators, maxConnections: 0)
        try server.send(Self.incr)
        #expect(try server.received() == "-ERR max number of clients reached\r\n")
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!server.channel.isActive)
        #expect(server.clients.count == 0)
    }

    @Test("is counted while it lasts")
    func counted() throws {
        let server = try EmbeddedRESPServer(generators)
        #expect(server.clients.count == 1)
        server.channel.close(promise: nil)
        server.channel.embeddedEventLoop.run()
        #expect(server.clients.count == 0)
    }

    @Test("ends when the server does, behind what was asked before")
    func drain() throws {
        let server = try EmbeddedRESPServer(generators)
        server.setTaking(false)
        try server.send(Self.incr)
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(server.channel.isActive)
        server.setTaking(true)
        #expect(try server.received() == ":2\r\n")
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!server.channel.isActive)
    }

    @Test("ends by the drain limit where the client takes nothing")
    func drainLimit() throws {
        let server = try EmbeddedRESPServer(generators)
        server.setTaking(false)
        try server.send(Self.incr)
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(!server.channel.isActive)
    }

    @Test("answers what a client sent before it closed its side, and ends")
    func halfClosed() throws {
        let server = try EmbeddedRESPServer(generators)
        server.setTaking(false)
        try server.send(Self.incr + Self.incr)
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(server.channel.isActive)
        server.setTaking(true)
        #expect(try server.received() == ":2\r\n:3\r\n")
        server.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!server.channel.isActive)
    }

    @Test("of the slowest client is closed where all of them have too much in hand")
    func budget() throws {
        let budget = ConnectionBudget(limit: -1)
        let server = try EmbeddedRESPServer(generators, budget: budget)
        server.setTaking(false)
        server.channel.embeddedEventLoop.run()
        #expect(!server.channel.isActive)
    }

    @Test("has a request that is never complete held within the server's budget, and no longer")
    func incomplete() throws {
        let budget = ConnectionBudget(limit: 50_000)
        let (first, second) = (
            try EmbeddedRESPServer(generators, budget: budget), try EmbeddedRESPServer(generators, budget: budget)
        )
        let request = "*2\r\n$4\r\nECHO\r\n$60000\r\n"
        try first.send(request + String(repeating: "x", count: 30_000))
        #expect(first.channel.isActive)
        try second.send(request + String(repeating: "x", count: 30_000))
        first.channel.embeddedEventLoop.run()
        #expect(!first.channel.isActive, "it has waited longest")
        try second.send(String(repeating: "x", count: 30_000) + "\r\n")
        #expect(try second.received().utf8.count == 60_010)
        // What is complete is no longer counted.
        let third = try EmbeddedRESPServer(generators, budget: budget)
        try third.send(request + String(repeating: "x", count: 45_000))
        second.channel.embeddedEventLoop.run()
        #expect(second.channel.isActive && third.channel.isActive)
    }

    @Test("has the settings of its tag as they are now")
    func settingsChange() async throws {
        let server = try EmbeddedRESPServer(generators)
        try server.send(Self.incr)
        #expect(try server.received() == ":2\r\n")
        try server.send(Self.incr)
        #expect(try server.received() == ":3\r\n", "by its bytes alone")
    }
}

@Suite("The state of a Redis client's connection")
struct RESPConnectionStateMachineTests {
    @Test("a request that waits holds up those behind it, and reading")
    func waiting() {
        var machine = RESPConnectionStateMachine()
        #expect(machine.mayTake)
        #expect(machine.mayRead(isWritable: true) == true)
        machine.asked()
        #expect(!machine.mayTake)
        #expect(machine.mayRead(isWritable: true) == false)
        #expect(machine.takeDueRead(isWritable: true) == false)
        machine.answered()
        #expect(machine.takeDueRead(isWritable: false) == false)
        #expect(machine.takeDueRead(isWritable: true) == true)
        #expect(machine.takeDueRead(isWritable: true) == false, "once")
    }

    @Test("a client that takes nothing is not read from")
    func unwritable() {
        var machine = RESPConnectionStateMachine()
        #expect(machine.mayRead(isWritable: false) == false)
        #expect(machine.takeDueRead(isWritable: true) == true)
    }

    @Test("ends once all is answered, where client or server wants no more", arguments: [true, false])
    func ends(byClient: Bool) {
        var machine = RESPConnectionStateMachine()
        #expect(machine.caughtUp() == .none)
        machine.asked()
        if byClient { machine.inputClosed() } else { machine.drain() }
        #expect(machine.caughtUp() == .none)
        machine.answered()
        #expect(machine.caughtUp() == .end)
        machine.end()
        #expect(machine.hasEnded && !machine.mayTake)
        #expect(machine.mayRead(isWritable: false) == true, "what still comes is dropped")
    }
}

@Suite("The watch over a Redis client")
struct RESPConnectionWatchTests {
    private typealias Sight = RESPConnectionWatch.Sight

    private static func watch(idle: TimeAmount? = nil) -> RESPConnectionWatch {
        RESPConnectionWatch(
            limits: .init(stall: .seconds(60), request: .seconds(30), idle: idle), now: .uptimeNanoseconds(0))
    }

    private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    @Test("finds a client that takes nothing, and not one that takes little")
    func stalled() {
        var watch = Self.watch()
        #expect(watch.look(Sight(unsentBytes: 100), at: Self.at(10)) == .fine)
        #expect(watch.look(Sight(unsentBytes: 99), at: Self.at(60)) == .fine)
        #expect(watch.look(Sight(unsentBytes: 99), at: Self.at(119)) == .fine)
        #expect(watch.look(Sight(unsentBytes: 99), at: Self.at(120)) == .stalled)
    }

    @Test("finds a request that does not become complete, however its bytes come")
    func overdue() {
        var watch = Self.watch()
        for second in 1..<31 {
            #expect(watch.look(Sight(activity: UInt64(second), partial: 5), at: Self.at(Int64(second))) == .fine)
        }
        #expect(watch.look(Sight(activity: 31, partial: 6), at: Self.at(31)) == .fine, "another request")
        #expect(watch.look(Sight(activity: 32, partial: 6), at: Self.at(61)) == .overdue)
    }

    @Test("finds an idle client only where that has a limit, and not one that waits")
    func idle() {
        var patient = Self.watch()
        #expect(patient.look(Sight(), at: Self.at(1_000_000)) == .fine)
        var strict = Self.watch(idle: .seconds(100))
        #expect(strict.look(Sight(activity: 1), at: Self.at(50)) == .fine)
        #expect(strict.look(Sight(activity: 1, isAwaited: true), at: Self.at(200)) == .fine)
        #expect(strict.look(Sight(activity: 1), at: Self.at(201)) == .idle)
    }
}
