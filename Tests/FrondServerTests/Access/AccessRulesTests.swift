import Frond
import FrondTesting
import Logging
import NIOCore
import Testing

@testable import FrondServer

@Suite("The rules of access")
struct AccessRulesTests {
    private static let token = "frond_0123456789"

    private static func peer(_ address: String, verified: Bool = false) throws -> PeerIdentity {
        PeerIdentity(try SocketAddress(ipAddress: address, port: 5000), isVerified: verified)
    }

    private static func rules(_ grants: String..., expires: Int64? = nil) throws -> AccessRules {
        AccessRules(
            table: try AccessTable([
                AccessEntry(
                    name: "orders", proof: .token(TokenDigest(of: token)),
                    grants: try grants.map { try AccessGrant($0) },
                    expiresAtMilliseconds: expires)
            ]))
    }

    private static func caller(
        _ rules: AccessRules, _ credentials: Credentials = .token(token), from address: String = "10.0.0.1",
        now: Int64 = 0
    ) throws -> Caller {
        try rules.caller(credentials, from: RequestOrigin(try peer(address)), nowMilliseconds: now)
    }

    // MARK: Without tokens

    @Test("without tokens open IDs and status to all, and the rest to this machine", arguments: AccessScope.allCases)
    func withoutTokens(scope: AccessScope) throws {
        let rules = AccessRules()
        for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            let caller = try Self.caller(rules, .none, from: address)
            #expect(rules.refusal(of: caller, scope, nil, nowMilliseconds: 0) == nil)
        }
        let stranger = try Self.caller(rules, .none, from: "10.0.0.1")
        let refusal = rules.refusal(of: stranger, scope, nil, nowMilliseconds: 0)
        #expect(refusal == (scope == .ids || scope == .status ? nil : .closed(scope)))
        #expect(refusal.map { $0.error.message.contains("auth.tokens") } ?? true)
    }

    @Test("without tokens ignore whatever token comes")
    func strayTokens() throws {
        let rules = AccessRules()
        for credentials in [Credentials.token("x"), .malformed] {
            #expect(throws: Never.self) { try Self.caller(rules, credentials) }
        }
    }

    @Test("do not take a request for this machine's own that a proxy or a page of another origin sent")
    func proxies() throws {
        var forwarding = RequestOrigin.Forwarding(forwardedFor: "203.0.113.9")
        #expect(!RequestOrigin(try Self.peer("127.0.0.1"), forwarding).isLocal)
        forwarding = RequestOrigin.Forwarding()
        forwarding.note("via", "1.1 proxy")
        #expect(!RequestOrigin(try Self.peer("127.0.0.1"), forwarding).isLocal)
        forwarding = RequestOrigin.Forwarding()
        forwarding.isForeignPage = true
        #expect(!RequestOrigin(try Self.peer("127.0.0.1"), forwarding).isLocal)
    }

    @Test(
        "take a host for this machine's that no page can give to itself",
        arguments: [
            ("127.0.0.1:8080", true), ("127.0.0.1", true), ("localhost:8080", true), ("LOCALHOST", true),
            ("[::1]:8080", true), ("[::1]", true), ("evil.example:8080", false), ("127.evil.example", false),
            ("localhost.evil.example", false), ("", false), ("10.0.0.1", false), ("[::2]:1", false),
        ])
    func hosts(authority: String, isThisMachine: Bool) {
        #expect(RequestOrigin.Forwarding.namesThisMachine(authority) == isThisMachine)
    }

    @Test("open administration to clients with a certificate of the server's CA")
    func certificates() throws {
        let rules = AccessRules()
        let caller = try rules.caller(
            .none, from: RequestOrigin(try Self.peer("10.0.0.1", verified: true)), nowMilliseconds: 0)
        #expect(rules.refusal(of: caller, .tags, nil, nowMilliseconds: 0) == nil)
    }

    // MARK: With tokens

    @Test("allow a scope and nothing else", arguments: AccessScope.allCases)
    func scopes(scope: AccessScope) throws {
        let rules = try Self.rules(scope.rawValue)
        let caller = try Self.caller(rules)
        for other in AccessScope.allCases {
            let refusal = rules.refusal(of: caller, other, try Tag("order"), nowMilliseconds: 0)
            let isAllowed = other == scope || scope == .admin
            #expect(refusal == (isAllowed ? nil : .forbidden(other, try Tag("order"))))
        }
    }

    @Test(
        "narrow a scope to tags",
        arguments: [
            ("ids:order*", "order", true), ("ids:order*", "order-1", true), ("ids:order*", "orde", false),
            ("ids:order", "order", true), ("ids:order", "order-1", false), ("ids:*", "anything", true),
            ("admin:order*", "order", true), ("admin:order*", "user", false), ("reserve", "order", false),
        ])
    func prefixes(grant: String, tag: String, isAllowed: Bool) throws {
        let rules = try Self.rules(grant)
        let caller = try Self.caller(rules)
        #expect((rules.refusal(of: caller, .ids, try Tag(tag), nowMilliseconds: 0) == nil) == isAllowed)
    }

    @Test("do not let a narrowed scope act on all tags, but on some")
    func narrowedToSome() throws {
        let rules = try Self.rules("tags:order*")
        let caller = try Self.caller(rules)
        #expect(rules.refusal(of: caller, .tags, nil, nowMilliseconds: 0) == .forbidden(.tags, nil))
        #expect(rules.refusalOfAny(of: caller, .tags, nowMilliseconds: 0) == nil)
        #expect(rules.refusalOfAny(of: caller, .ids, nowMilliseconds: 0) == .forbidden(.ids, nil))
    }

    @Test("refuse whoever has no token, this machine too, a wrong one, and one that is no token")
    func unknown() throws {
        let rules = try Self.rules("admin")
        #expect(throws: AccessRefusal.noToken) { try Self.caller(rules, .none, from: "127.0.0.1") }
        #expect(throws: AccessRefusal.unknownToken) { try Self.caller(rules, .token("frond_other")) }
        #expect(throws: AccessRefusal.malformedToken) { try Self.caller(rules, .malformed) }
    }

    @Test("refuse a token from its end on, and a caller that was known before it")
    func expiry() throws {
        let rules = try Self.rules("ids", expires: 1000)
        let caller = try Self.caller(rules, now: 999)
        #expect(rules.refusal(of: caller, .ids, nil, nowMilliseconds: 999) == nil)
        #expect(rules.refusal(of: caller, .ids, nil, nowMilliseconds: 1000) == .expired(name: "orders"))
        #expect(throws: AccessRefusal.expired(name: "orders")) { try Self.caller(rules, now: 1000) }
    }

    @Test("count decisions as old when rules are replaced, and when an entry ends")
    func versions() async throws {
        let time = ManualTimeSource()
        let end = time.wallMilliseconds + 5000
        let access = AccessControl(
            try Self.rules("ids", expires: end), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            time: time)
        let first = access.version
        access.noteExpiry()
        #expect(access.version == first)
        time.advance(by: .seconds(5))
        access.noteExpiry()
        let second = access.version
        #expect(second != first)
        access.noteExpiry()
        #expect(access.version == second)
        access.replace(with: AccessRules())
        #expect(access.version != second)
    }

    @Test("refuse a table with a name or a token twice, and do not show the token")
    func duplicates() throws {
        let entry = AccessEntry(name: "a", proof: .token(TokenDigest(of: Self.token)), grants: [])
        let other = AccessEntry(name: "b", proof: entry.proof, grants: [])
        for entries in [[entry, entry], [entry, other]] {
            let error = #expect(throws: FrondError.self) { try AccessTable(entries) }
            #expect(error?.message.contains("'a'") == true)
            #expect(error?.message.contains(Self.token) == false)
        }
    }
}

@Suite("Credentials")
struct CredentialsTests {
    @Test(
        "are a scheme and one token",
        arguments: [
            ("Bearer abc", Credentials.token("abc")), ("bearer  abc", .token("abc")), ("Basic abc", .malformed),
            ("Bearer", .malformed), ("Bearer a b", .malformed), ("", .malformed), ("Bearer \u{e9}", .malformed),
            ("Bearer " + String(repeating: "a", count: 513), .malformed),
        ])
    func reading(text: String, credentials: Credentials) {
        #expect(Credentials(authorization: [text]) == credentials)
    }

    @Test("that come twice are none that count")
    func twice() {
        #expect(Credentials(authorization: ["Bearer a", "Bearer b"]) == .malformed)
        #expect(Credentials(authorization: [] as [String]) == .none)
    }
}

@Suite("The origin of a request")
struct RequestOriginTests {
    private static func origin(_ forwardedFor: String, peer: String = "10.0.0.1", trusting: String...) throws -> String
    {
        RequestOrigin(
            PeerIdentity(try SocketAddress(ipAddress: peer, port: 1)),
            RequestOrigin.Forwarding(forwardedFor: forwardedFor), trusting: try trusting.map { try AddressRange($0) }
        ).address
    }

    @Test("is what trusted proxies say, and no client behind them can forge it")
    func trusted() throws {
        #expect(try Self.origin("203.0.113.9", trusting: "10.0.0.0/8") == "203.0.113.9")
        #expect(try Self.origin("6.6.6.6, 203.0.113.9", trusting: "10.0.0.0/8") == "203.0.113.9")
        #expect(try Self.origin("203.0.113.9, 10.1.1.1", trusting: "10.0.0.0/8") == "203.0.113.9")
        #expect(try Self.origin("[2001:db8::1]:443", trusting: "10.0.0.1") == "2001:db8::1")
        #expect(try Self.origin("203.0.113.9:1234", trusting: "10.0.0.1") == "203.0.113.9")
    }

    @Test("is the connection's where the proxy is not trusted, or says nothing that is an address")
    func untrusted() throws {
        #expect(try Self.origin("203.0.113.9") == "10.0.0.1")
        #expect(try Self.origin("203.0.113.9", trusting: "192.168.0.0/16") == "10.0.0.1")
        #expect(try Self.origin("unknown", trusting: "10.0.0.0/8") == "10.0.0.1")
    }

    @Test("is read from Forwarded too")
    func forwarded() throws {
        var forwarding = RequestOrigin.Forwarding()
        forwarding.note("forwarded", #"for=6.6.6.6, For="[2001:db8::7]:99";proto=https"#)
        let origin = RequestOrigin(
            PeerIdentity(try SocketAddress(ipAddress: "::1", port: 1)), forwarding, trusting: [try AddressRange("::1")])
        #expect(origin.address == "2001:db8::7")
        #expect(
            origin.limitKey
                == RequestOrigin(
                    PeerIdentity(try SocketAddress(ipAddress: "2001:db8::8", port: 1))
                ).limitKey)
        #expect(!origin.isLocal)
    }

    @Test(
        "has ranges of addresses",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.0/9", "10.128.0.1", false),
            ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe00::1", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false), ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false),
        ])
    func ranges(range: String, address: String, isIn: Bool) throws {
        #expect(try AddressRange(range).contains(PeerAddress(SocketAddress(ipAddress: address, port: 1))) == isIn)
    }

    @Test(
        "has no range that is no range", arguments: ["", "10.0.0.0/33", "10.0.0/8", "x", "10.0.0.0/8/8", "10.0.0.0/-1"])
    func badRanges(text: String) {
        #expect(throws: FrondError.self) { try AddressRange(text) }
    }
}
