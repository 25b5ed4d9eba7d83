import Frond
import FrondTesting
import NIOCore
import RESP
import Testing

@testable import FrondServer

@Suite("Remembered requests")
struct LaneAccessTests {
    private static let token = "frond_secret"

    private static func rules(
        _ grants: String..., token: String = token, client: RateLimit? = nil, tag: RateLimit? = nil
    ) throws -> AccessRules {
        AccessRules(
            table: grants.isEmpty
                ? nil
                : try AccessTable([
                    AccessEntry(
                        name: "orders", proof: .token(TokenDigest(of: token)),
                        grants: try grants.map { try AccessGrant($0) })
                ]), clientLimit: client, tagLimit: tag)
    }

    private static func hot(_ token: String = token, tag: String = "order") -> String {
        EmbeddedServer.get("/api/segment/get/\(tag)", "Authorization: Bearer \(token)")
    }

    // MARK: HTTP

    @Test("with a token are answered by the lane, and again by their bytes")
    func withToken() async throws {
        let generators = try await EmbeddedServer.generators()
        let server = try EmbeddedServer(generators, access: .silent(try Self.rules("ids")))
        for _ in 0..<3 { try server.send(Self.hot()) }
        #expect(try server.bodies() == ["2", "3", "4"])
        #expect(server.ordinary.requests.isEmpty)
    }

    @Test("take the ordinary way without a token, with a wrong one, and for another tag than allowed")
    func refused() async throws {
        let generators = try await EmbeddedServer.generators()
        let server = try EmbeddedServer(
            generators, answersAtOnce: true, access: .silent(try Self.rules("ids:order*")))
        let requests = [EmbeddedServer.hot, Self.hot("frond_other"), Self.hot(tag: "user")]
        for request in requests + requests { try server.send(request) }
        #expect(server.ordinary.requests.count == 6)
        #expect(try server.bodies().allSatisfy { $0.hasPrefix("[GET") })
    }

    @Test("are forgotten when the rules change")
    func replaced() async throws {
        let generators = try await EmbeddedServer.generators()
        let access = AccessControl.silent(try Self.rules("ids"))
        let server = try EmbeddedServer(generators, answersAtOnce: true, access: access)
        for _ in 0..<2 { try server.send(Self.hot()) }
        #expect(server.ordinary.requests.isEmpty)
        access.replace(with: try Self.rules("ids", token: "frond_new"))
        try server.send(Self.hot())
        #expect(server.ordinary.requests.count == 1, "the old token is refused")
        try server.send(Self.hot("frond_new"))
        #expect(server.ordinary.requests.count == 1)
    }

    @Test("are forgotten when their token ends")
    func expired() async throws {
        let generators = try await EmbeddedServer.generators()
        let time = ManualTimeSource()
        let entry = AccessEntry(
            name: "orders", proof: .token(TokenDigest(of: Self.token)), grants: [try AccessGrant("ids")],
            expiresAtMilliseconds: time.wallMilliseconds + 10_000)
        let access = AccessControl.silent(AccessRules(table: try AccessTable([entry])), time: time)
        let server = try EmbeddedServer(generators, answersAtOnce: true, access: access)
        for _ in 0..<2 { try server.send(Self.hot()) }
        #expect(server.ordinary.requests.isEmpty)
        time.advance(by: .seconds(10))
        access.noteExpiry()
        try server.send(Self.hot())
        #expect(server.ordinary.requests.count == 1)
    }

    @Test("beyond a limit have 429 with the time to wait, and the rest are answered", arguments: [0, 4])
    func limited(remembered: Int) async throws {
        let generators = try await EmbeddedServer.generators()
        let server = try EmbeddedServer(
            generators, remembered: remembered,
            access: .silent(try Self.rules(client: try RateLimit(perSecond: 1, burst: 3))))
        for _ in 0..<5 { try server.send(EmbeddedServer.hot) }
        let answers = try server.received()
        #expect(answers.ranges(of: "HTTP/1.1 200 OK").count == 3)
        #expect(answers.ranges(of: "HTTP/1.1 429 Too Many Requests").count == 2)
        #expect(answers.contains("Retry-After: 1\r\n") || answers.contains("retry-after: 1\r\n"))
        #expect(answers.contains("urn:frond:problem:rate-limited"))
    }

    @Test("of many connections count together, for their client and for their tag")
    func shared() async throws {
        let generators = try await EmbeddedServer.generators()
        for rules in [
            try Self.rules(client: try RateLimit(perSecond: 1, burst: 3)),
            try Self.rules(tag: try RateLimit(perSecond: 1, burst: 3)),
        ] {
            let access = AccessControl.silent(rules)
            let servers = try (0..<4).map { _ in try EmbeddedServer(generators, access: access) }
            for server in servers { for _ in 0..<2 { try server.send(EmbeddedServer.hot) } }
            let answers = try servers.map { try $0.received() }.joined()
            #expect(answers.ranges(of: "200 OK").count == 3)
            #expect(answers.ranges(of: "429 Too").count == 5)
        }
    }

    // MARK: RESP

    private static let increment = "*2\r\n$4\r\nINCR\r\n$5\r\norder\r\n"

    @Test("of a Redis client wait for its login, and are forgotten with it")
    func login() async throws {
        let generators = try await EmbeddedServer.generators()
        let server = try EmbeddedRESPServer(generators, access: .silent(try Self.rules("ids:order*")))
        try server.send(Self.increment)
        #expect(try server.received().hasPrefix("-NOAUTH "))
        try server.send("PING\r\n")
        #expect(try server.received().hasPrefix("-NOAUTH "))
        try server.send("AUTH frond_other\r\n")
        #expect(try server.received().hasPrefix("-WRONGPASS "))
        try server.send("AUTH someone \(Self.token)\r\n")
        #expect(try server.received().hasPrefix("-WRONGPASS "))
        for login in ["AUTH \(Self.token)\r\n", "AUTH orders \(Self.token)\r\n", "AUTH default \(Self.token)\r\n"] {
            try server.send(login)
            #expect(try server.received() == "+OK\r\n")
        }
        try server.send(Self.increment + Self.increment)
        #expect(try server.received() == ":2\r\n:3\r\n")
        try server.send("INCR user\r\n")
        #expect(try server.received().hasPrefix("-NOPERM "))
        try server.send("RESET\r\n" + Self.increment)
        #expect(try server.received().contains("-NOAUTH "))
    }

    @Test("of a Redis client are refused once the rules have changed")
    func replacedRESP() async throws {
        let generators = try await EmbeddedServer.generators()
        let access = AccessControl.silent(try Self.rules("ids"))
        let server = try EmbeddedRESPServer(generators, access: access)
        try server.send("HELLO 2 AUTH default \(Self.token)\r\n")
        _ = try server.received()
        try server.send(Self.increment + Self.increment)
        #expect(try server.received() == ":2\r\n:3\r\n")
        access.replace(with: try Self.rules("status"))
        try server.send(Self.increment)
        #expect(try server.received().hasPrefix("-NOPERM "))
    }

    @Test("of a Redis client beyond a limit have an error that says to try again")
    func limitedRESP() async throws {
        let generators = try await EmbeddedServer.generators()
        let server = try EmbeddedRESPServer(
            generators, access: .silent(try Self.rules(tag: try RateLimit(perSecond: 1, burst: 2))))
        for _ in 0..<4 { try server.send(Self.increment) }
        let answers = try server.received().split(separator: "\r\n")
        #expect(answers.prefix(2) == [":2", ":3"])
        #expect(answers.dropFirst(2).allSatisfy { $0.hasPrefix("-TRYAGAIN rate-limited") })
        #expect(answers.count == 4)
    }
}
