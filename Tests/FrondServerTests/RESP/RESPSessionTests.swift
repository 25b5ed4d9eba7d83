import Frond
import FrondTesting
import NIOCore
import RESP
import Testing

@testable import FrondServer

@Suite("Commands of Redis clients")
struct SessionTests {
    private static func session() -> RESPSession {
        let generators = ServedGenerators(segments: SegmentGenerators(store: StoreView(InMemorySegmentStore())))
        return RESPSession(
            facts: RESPSession.Facts(
                id: 7, localAddress: "127.0.0.1:6380", remoteAddress: "127.0.0.1:5000",
                clients: RESPClients(limit: 10, time: ManualTimeSource()), issuer: generators.issuer,
                access: .silent(), peer: PeerIdentity(nil), maxCount: 100))
    }

    private static func answer(_ session: inout RESPSession, _ words: [String]) -> RESPSession.Outcome {
        session.answer(words.map { ByteBuffer(string: $0) })
    }

    private static func reply(_ session: inout RESPSession, _ line: String) throws -> RESPValue {
        let words = line.split(separator: " ").map(String.init)
        guard case .reply(let value) = answer(&session, words) else {
            return try #require(nil, "'\(line)' was not answered at once")
        }
        return value
    }

    @Test(
        "have the answers of Redis",
        arguments: [
            ("PING", RESPValue.simple("PONG")), ("ping hello", .text("hello")), ("ECHO a", .text("a")),
            ("SELECT 0", .simple("OK")), ("CLIENT ID", .integer(7)), ("CLIENT GETNAME", .null),
            ("CLIENT SETNAME a", .simple("OK")), ("CLIENT SETINFO LIB-NAME redis-py", .simple("OK")),
            ("client setinfo lib-ver 5.0", .simple("OK")), ("CLIENT NO-EVICT on", .simple("OK")),
            ("CLIENT NO-TOUCH on", .simple("OK")), ("CLIENT REPLY ON", .simple("OK")),
            ("CLIENT GETREDIR", .integer(-1)),
            ("AUTH default any", .simple("OK")), ("RESET", .simple("RESET")), ("COMMAND COUNT", .integer(13)),
            ("COMMAND GETKEYS INCR order", .array([.text("order")])), ("COMMAND INFO nothing", .array([.null])),
        ])
    func answers(line: String, value: RESPValue) throws {
        var session = Self.session()
        #expect(try Self.reply(&session, line) == value)
    }

    @Test(
        "that would read, set or reset a sequence are refused by name, with the cure",
        arguments: [
            ("GET order", "INCR"), ("MGET a b", "INCR"), ("SET order 1", "frond tag set"),
            ("SETNX order 1", "frond tag"),
            ("GETSET order 1", "frond tag"), ("DEL order", "new tag"), ("UNLINK order", "new tag"),
            ("EXPIRE order 1", "--period"), ("FLUSHALL", "new tag"), ("FLUSHDB", "new tag"), ("RENAME a b", "new tag"),
            ("DECR order", "INCR"), ("INCRBYFLOAT order 1", "INCR"), ("MULTI", "without a transaction"),
            ("EXEC", "without a transaction"), ("WATCH a", "without a transaction"), ("EVAL x 0", "FROND.NEXT"),
            ("CONFIG GET save", "settings"),
        ])
    func refusals(line: String, cure: String) throws {
        var session = Self.session()
        guard case .error(let text) = try Self.reply(&session, line) else {
            Issue.record("'\(line)' is not refused")
            return
        }
        let name = line.split(separator: " ")[0]
        #expect(text.hasPrefix("ERR \(name) is refused: ") && text.contains(cure), "\(text)")
    }

    @Test(
        "are refused where their words are wrong, saying so",
        arguments: [
            ("INCR", "wrong number of arguments for 'incr' command"), ("INCR a b", "wrong number of arguments"),
            ("INCRBY a", "wrong number of arguments"),
            ("INCRBY a 0", "the increment '0' is not a number from 1 to 100"),
            ("INCRBY a -5", "'-5'"), ("INCRBY a x", "'x'"), ("INCRBY a 101", "from 1 to 100"),
            ("FROND.NEXT", "wrong number"), ("FROND.NEXT a COUNT", "COUNT n and FORMAT f"),
            ("FROND.NEXT a COUNT 1 COUNT 2", "comes once"), ("FROND.NEXT a SIZE 1", "'SIZE'"),
            ("FROND.NEXT a COUNT 0", "count '0'"), ("FROND.NEXT a FORMAT roman", "roman"),
            ("INCR nothing/a", "nothing"),
            ("INCR a/b/c", "unknown generator 'a'"), ("INCR {a}{b}", "A-Z a-z 0-9"), ("SELECT 1", "database 0"),
            ("ECHO", "wrong number"), ("PING a b", "wrong number"), ("AUTH", "wrong number"),
            ("AUTH secret", "without any password configured"), ("AUTH admin x", "'default'"),
            ("HELLO 4", "use 2 or 3"),
            ("HELLO 3 NAME a", "'NAME'"), ("CLIENT KILL a", "CLIENT KILL"), ("CLIENT", "CLIENT"),
            ("COMMAND X", "COUNT"), ("FLY away", "unknown command 'FLY'; IDs are taken by INCR, INCRBY and FROND.NEXT"),
        ])
    func wrong(line: String, named: String) throws {
        var session = Self.session()
        guard case .error(let text) = try Self.reply(&session, line) else {
            Issue.record("'\(line)' is not refused")
            return
        }
        #expect(text.contains(named), "\(text)")
    }

    @Test("for IDs say what is wanted")
    func commands() throws {
        var session = Self.session()
        func command(_ words: String...) throws -> IDCommand {
            guard case .issue(let command, _) = Self.answer(&session, words) else {
                return try #require(nil, "\(words) is not a command for IDs")
            }
            return command
        }
        let order = try Tag("order")
        #expect(try command("INCR", "order") == IDCommand(request: IssueRequest(order), form: .integer))
        #expect(
            try command("incrby", "order", "5") == IDCommand(request: IssueRequest(order), count: 5, form: .lastOfRun))
        #expect(
            try command("INCRBY", "order", "1") == command("INCR", "order"), "redis-py writes incr so")
        #expect(
            try command("INCR", "snowflake/order")
                == IDCommand(request: IssueRequest(order, by: .snowflake), form: .id))
        #expect(
            try command("Frond.Next", "id/order", "format", "hex:4", "count", "7")
                == IDCommand(request: IssueRequest(order, format: try TextFormat("hex:4")), count: 7, form: .list))
    }

    @Test("end the connection: QUIT with an answer, and what a browser sends without one")
    func ends() {
        var session = Self.session()
        guard case .last(.simple("OK")) = Self.answer(&session, ["QUIT"]) else {
            Issue.record("QUIT is not the last")
            return
        }
        for words in [["POST", "/"], ["Host:", "localhost"]] {
            guard case .end = Self.answer(&session, words) else {
                Issue.record("\(words) is answered")
                return
            }
        }
    }

    @Test("HELLO changes the protocol and the name, or nothing at all")
    func hello() throws {
        var session = Self.session()
        guard case .map(let pairs) = try Self.reply(&session, "HELLO 3 AUTH default x SETNAME worker") else {
            Issue.record("HELLO is not answered with a map")
            return
        }
        #expect(pairs.contains(.init(.text("proto"), .integer(3))) && pairs.contains(.init(.text("id"), .integer(7))))
        #expect(session.version == .three && session.name == "worker")
        _ = try Self.reply(&session, "HELLO 2 SETNAME other AUTH admin x")
        #expect(session.version == .three && session.name == "worker")
        _ = try Self.reply(&session, "RESET")
        #expect(session.version == .two && session.name == "")
    }

    @Test("keep no name that would break the line of CLIENT INFO, and none that is long")
    func names() throws {
        var session = Self.session()
        for name in ["a\nb", "a b", "é", String(repeating: "a", count: 129)] {
            guard case .reply(.error) = Self.answer(&session, ["CLIENT", "SETNAME", name]) else {
                Issue.record("\(name) is taken")
                return
            }
        }
        _ = try Self.reply(&session, "CLIENT SETNAME worker")
        guard case .bulk(let line) = try Self.reply(&session, "CLIENT INFO") else {
            Issue.record("CLIENT INFO is not a text")
            return
        }
        #expect(String(buffer: line).hasPrefix("id=7 addr=127.0.0.1:5000 laddr=127.0.0.1:6380 fd=0 name=worker age=0"))
    }

    @Test("INFO has what clients look for, by section too")
    func information() throws {
        var session = Self.session()
        func text(_ line: String) throws -> String {
            guard case .verbatim(_, let bytes) = try Self.reply(&session, line) else { return "" }
            return String(buffer: bytes)
        }
        #expect(try text("INFO").contains("redis_version:7.0.0\r\n"))
        #expect(try text("INFO").contains("loading:0\r\n"))
        #expect(try text("INFO persistence") == "# Persistence\r\nloading:0\r\n")
        #expect(try text("INFO generators").contains("segment:up\r\n"))
        #expect(try text("INFO nothing").isEmpty)
    }
}

@Suite("Keys of Redis clients")
struct KeyTests {
    @Test(
        "name a tag, and its generator where they say so",
        arguments: [
            ("order", "order", GeneratorKind?.none), ("{order}", "order", nil), ("frond:order", "order", nil),
            ("frond:{order}", "order", nil), ("{frond:order}", "order", nil), ("shop:{order}:eu", "shop:order:eu", nil),
            ("frond:frond:order", "frond:order", nil), ("snowflake/order", "order", .snowflake),
            ("snowflake/{order}", "order", .snowflake), ("{snowflake/order}", "order", .snowflake),
            ("frond:redis/order", "order", .redis), ("ticket/order", "order", .ticket),
            ("segment/order", "order", .segment),
            ("uuid/order", "order", .uuid), ("uuid4/order", "order", .uuid), ("id/order", "order", nil),
            ("counter:__rand_int__", "counter:__rand_int__", nil),
        ])
    func names(key: String, tag: String, generator: GeneratorKind?) throws {
        let found = try RESPKey(ByteBuffer(string: key))
        #expect(found.tag.name == tag && found.generator == generator)
        #expect(found.namesGenerator == key.contains("/"))
        #expect((found.uuidVersion == .random) == key.hasPrefix("uuid4"))
    }

    @Test(
        "that name no sequence are refused",
        arguments: ["", "{", "}", "}order{", "or der", "order/", "/order", "{a}{b}", "x/order", "snowflake/a/b"])
    func refused(key: String) {
        #expect(throws: FrondError.self) { try RESPKey(ByteBuffer(string: key)) }
    }

    @Test("are text")
    func bytes() {
        #expect(throws: FrondError.self) { try RESPKey(ByteBuffer(bytes: [0xff, 0xfe])) }
    }
}
