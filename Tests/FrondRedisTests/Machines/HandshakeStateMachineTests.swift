import Frond
import RESP
import Testing

@testable import FrondRedis

@Suite("The handshake with Redis and with a Sentinel", .timeLimit(.minutes(1)))
struct HandshakeStateMachineTests {
    private let server = ServerName.redis(RedisEndpoint(host: "a"))

    private func outcome(
        _ requests: [HandshakeStateMachine.Request], _ replies: [RESPValue]
    ) -> Result<HandshakeStateMachine.Greeting, FrondError>? {
        var machine = HandshakeStateMachine(requests, server: server)
        for reply in replies {
            switch machine.received(reply) {
            case .waiting: continue
            case .done(let greeting): return .success(greeting)
            case .failed(let error): return .failure(error)
            }
        }
        return nil
    }

    @Test("signs in, chooses the database, sends the scripts, and ends with the last reply")
    func counting() throws {
        let url = try RedisURL("redis://me:hush@a/3")
        let requests = HandshakeStateMachine.Request.counting(for: url, check: nil)
        #expect(requests.prefix(2).map(\.words) == [["AUTH", "me", "hush"], ["SELECT", "3"]])
        let replies: [RESPValue] = [.simple("OK"), .simple("OK"), .text("d1")]
        #expect(outcome(requests, replies).isUndecided)
        let greeting = try outcome(requests, replies + [.text("d2")])?.get()
        #expect(greeting?.digests == [.draw: "d1", .install: "d2"])
        let anonymous = HandshakeStateMachine.Request.counting(for: try RedisURL("redis://a"), check: .checkPrimary)
        #expect(anonymous.map(\.words.first) == ["INFO", "SCRIPT", "SCRIPT"])
        #expect(HandshakeStateMachine.Request.signIn(user: nil, password: "p").map(\.words) == [["AUTH", "p"]])
    }

    @Test("the first error ends it")
    func error() throws {
        let requests: [HandshakeStateMachine.Request] = [.authenticate(user: nil, password: "hush"), .select(3)]
        let error = try #require(outcome(requests, [.error("WRONGPASS invalid")])?.failure)
        #expect(error.message.contains("refuses the user or the password") && !error.message.contains("hush"))
    }

    @Test("a replica and a server alone are refused where a primary or a cluster is wanted")
    func checks() throws {
        let roles: [(String, Bool)] = [
            ("# Replication\r\nrole:master\r\n", true), ("# Replication\r\nrole:slave\r\n", false), ("", false),
        ]
        for (text, isTaken) in roles {
            #expect((outcome([.checkPrimary], [.text(text)])?.failure == nil) == isTaken)
        }
        for (text, isTaken) in [("cluster_enabled:1\r\n", true), ("cluster_enabled:0\r\n", false)] {
            #expect((outcome([.checkCluster], [.text(text)])?.failure == nil) == isTaken)
        }
    }

    @Test("a Sentinel names a primary, or knows none")
    func findsPrimary() throws {
        let request = HandshakeStateMachine.Request.findPrimary("name")
        let named = try outcome([request], [.texts(["10.0.0.1", "7000"])])?.get()
        #expect(named?.primary == RedisEndpoint(host: "10.0.0.1", port: 7000))
        #expect(try outcome([request], [.null])?.get() == HandshakeStateMachine.Greeting())
        for wrong: RESPValue in [.integer(1), .texts(["a"]), .texts(["a", "0"]), .texts(["", "1"]), .array([])] {
            #expect(outcome([request], [wrong])?.failure != nil)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}

extension Optional {
    fileprivate var isUndecided: Bool { if case .none = self { true } else { false } }
}
