import Frond
import FrondTesting
import NIOCore
import RESP
import TestServers
import Testing

@testable import FrondServer

@Suite("A flood", .timeLimit(.minutes(5)))
struct FloodTests {
    private static let second = 1_000_000_000 * TokenBucket.ticksPerNanosecond

    private static func peer(_ address: String) throws -> PeerIdentity {
        PeerIdentity(try SocketAddress(ipAddress: address, port: 5000))
    }

    @Test("of requests is served to 100,000 a second for each address, and the rest is refused")
    func seedCase() throws {
        let access = AccessControl.silent(AccessRules(clientLimit: try RateLimit("100000/s burst 1000")))
        for address in ["10.0.0.1", "10.0.0.2"] {
            let caller = try access.caller(.none, from: try Self.peer(address))
            var served = 0
            // 150,000 requests a second for two seconds, each by what a connection remembers.
            let gate = try #require(access.gate(for: caller, try Tag("order"), ids: 1))
            for index in 0..<300_000 {
                let now = Self.second + Int64(index) * Self.second / 150_000
                if gate.admit(now: now) == nil { served += 1 }
            }
            #expect((200_000...201_000).contains(served), "\(address)")
        }
    }

    @Test("of requests over HTTP is served as far as the limit allows in its time")
    func overHTTP() async throws {
        let generators = try await EmbeddedServer.generators()
        let log = LogRecorder()
        let access = AccessControl(
            AccessRules(clientLimit: try RateLimit("1000/s burst 100")), logger: log.logger, time: ManualTimeSource())
        let server = try EmbeddedServer(generators, access: access)
        let start = MonotonicTicks.now
        var answers = ""
        for _ in 0..<20 {
            try server.send(String(repeating: EmbeddedServer.hot, count: 50))
            answers += try server.received()
        }
        let elapsed = MonotonicTicks.now - start
        let served = answers.ranges(of: "HTTP/1.1 200 ").count
        #expect(served + answers.ranges(of: "HTTP/1.1 429 ").count == 1000)
        #expect((100...(101 + Int(elapsed / (Self.second / 1000)))).contains(served))
        #expect(log.wholeLines.count == 1 && log.wholeLines[0].contains("rate-limited"))
    }

    @Test("of wrong tokens is a few lines in the log, whatever addresses it comes from")
    func logLines() throws {
        let log = LogRecorder()
        let time = ManualTimeSource()
        let access = AccessControl(
            AccessRules(table: try AccessTable([])), logger: log.logger, time: time)
        for index in 0..<10_000 {
            let address = try Self.peer("10.\(index / 2500).\(index / 50 % 50).\(index % 50)")
            #expect(throws: AccessRefusal.unknownToken) { try access.caller(.token("guess-\(index)"), from: address) }
            if index.isMultiple(of: 1000) { time.advance(by: .seconds(1)) }
        }
        #expect((1...60).contains(log.wholeLines.count))
        #expect(log.wholeLines.contains { $0.contains("left-out") })
        #expect(log.wholeLines.allSatisfy { !$0.contains("guess") })
    }

    @Test("of wrong tokens hurts no other client")
    func others() async throws {
        let entry = AccessEntry(
            name: "orders", proof: .token(TokenDigest(of: "frond_good")), grants: [try AccessGrant("ids")])
        var server = TestServer()
        server.access = .silent(AccessRules(table: try AccessTable([entry])))
        try await server.whileRunning { running in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask {
                        try await RESPPeer.connect(port: running.respPort) { peer in
                            for index in 0..<2500 {
                                guard case .error(let text) = try await peer.ask("AUTH", "guess-\(index)") else {
                                    Issue.record("a guess was right")
                                    return
                                }
                                #expect(text.hasPrefix("WRONGPASS"))
                            }
                        }
                    }
                }
                tasks.addTask {
                    try await RESPPeer.connect(port: running.respPort) { peer in
                        #expect(try await peer.ask("AUTH", "frond_good") == .simple("OK"))
                        for _ in 0..<1000 {
                            guard case .integer = try await peer.ask("INCR", "order") else {
                                Issue.record("a good client was refused")
                                return
                            }
                        }
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }
}
