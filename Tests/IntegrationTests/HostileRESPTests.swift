import Foundation
import FrondTesting
import NIOCore
import RESP
import TestServers
import Testing

/// Clients that send nonsense or take nothing: bounded memory, and other clients are unharmed.
@Suite("Hostile Redis clients", .timeLimit(.minutes(10)))
struct HostileRESPTests {
    /// What the server may keep for all hostile clients of a test, in kilobytes; an attack without bounds takes more.
    private static let bound = 64 << 10

    /// The part of the benchmark's report that tells how another client fared.
    private struct Report: Decodable {
        struct Latency: Decodable { var p50Milliseconds: Double }

        var disconnects: Int
        var latency: Latency
    }

    /// Runs an attack while another process asks for IDs and checks each, and checks what the server keeps.
    private func attack(
        _ settings: [String] = [], _ work: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--resp-port", "0"] + settings.flatMap { ["--set", $0] })
        let port = try await server.respPort()
        try await RESPPeer.connect(port: port) { (peer) async throws in
            #expect(try await peer.ask("INCR", "honest") == .integer(1))
        }
        let before = try #require(server.process.residentKilobytes)
        let honest = FrondProcess([
            "bench", "resp", "127.0.0.1:\(port)", "--key", "honest", "--connections", "1", "--duration", "4s", "--json",
        ])
        // It says so once a second.
        _ = try await honest.waitForLine(containing: "requests/s")
        try await work(port)
        #expect(await honest.waitForExit() == 0, "\(honest.printed)")
        let json = honest.printed.drop { $0 != "{" }
        let report = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
        #expect(report.disconnects == 0)
        #expect(report.latency.p50Milliseconds < 1000, "half of another client's answers took longer")
        let after = try #require(server.process.residentKilobytes)
        #expect(after - before < Self.bound, "the server took \(after - before) KB")
        #expect(await server.stop() == 0)
    }

    @Test("that announce bulk strings of 1 GB are refused, and take no memory")
    func announced() async throws {
        try await attack { port in
            for _ in 0..<200 {
                try await RESPPeer.connect(port: port) { (peer) async throws in
                    try await peer.send("*2\r\n$4\r\nINCR\r\n$1073741824\r\n")
                    guard case .error(let text)? = try await peer.reply() else {
                        Issue.record("a bulk string of 1 GB is taken")
                        return
                    }
                    #expect(text.hasPrefix("ERR Protocol error: invalid bulk length"))
                    #expect(try await peer.reply() == nil)
                }
            }
        }
    }

    /// Takes answers of ten IDs each, which grow.
    /// - Returns: how many had IDs: a machine that is busy with other work may keep the store beyond the wait for some.
    private func takeAnswers(_ count: Int, of peer: RESPPeer) async throws -> Int {
        var last: Int64 = 0
        var served = 0
        for number in 0..<count {
            let reply = try await peer.reply()
            if let first = Self.firstOfTen(reply), first > last {
                last = first + 9
                served += 1
            } else if !Self.isTryAgain(reply) {
                Issue.record("answer \(number) is missing or another one's: \(String(describing: reply))")
                return served
            }
        }
        return served
    }

    private static func firstOfTen(_ reply: RESPValue?) -> Int64? {
        guard case .array(let ids)? = reply, ids.count == 10, case .bulk(let text) = ids[0] else { return nil }
        guard let first = Int64(String(buffer: text)), ids[9] == .text("\(first + 9)") else { return nil }
        return first
    }

    private static func isTryAgain(_ reply: RESPValue?) -> Bool {
        guard case .error(let text)? = reply else { return false }
        return text.hasPrefix("TRYAGAIN")
    }

    @Test("that pipeline 100,000 requests and take no answer cost little, and get their answers once they read")
    func unread() async throws {
        try await attack { port in
            try await RESPPeer.connect(port: port) { (peer) async throws in
                // Ten IDs each, so that the answers are more than the kernel holds.
                let requests = String(repeating: "FROND.NEXT unread COUNT 10\r\n", count: 1000)
                nonisolated(unsafe) let peer = peer
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    // The server stops to read, and so this waits.
                    tasks.addTask { for _ in 0..<100 { try await peer.send(requests) } }
                    tasks.addTask { try await Task.sleep(for: .seconds(3)) }
                    try await tasks.next()
                    let served = try await takeAnswers(100_000, of: peer)
                    #expect(served > 0)
                    try await tasks.waitForAll()
                }
            }
        }
    }

    @Test("that never take an answer are closed, and nothing more is taken for them")
    func stalled() async throws {
        try await attack(["http.idleTimeout=1s"]) { port in
            let connections = try (0..<20).map { _ in try SlowConnection(port: port) }
            for connection in connections {
                try connection.send(String(repeating: "FROND.NEXT stalled COUNT 10000\r\n", count: 100))
            }
            try await RESPPeer.connect(port: port) { (peer) async throws in
                // This one is left, and the other client until it has ended.
                var clients = Int.max
                for _ in 0..<600 where clients > 2 {
                    try await Task.sleep(for: .milliseconds(100))
                    guard case .bulk(let bytes)? = try await peer.ask("INFO", "clients") else { break }
                    let field = String(buffer: bytes).split(separator: "connected_clients:").last
                    clients = field.flatMap { Int($0.prefix { $0.isNumber }) } ?? clients
                }
                #expect(clients <= 2, "\(clients) clients are connected")
                guard case .integer(let next)? = try await peer.ask("INCR", "stalled") else {
                    Issue.record("the tag has no next number")
                    return
                }
                #expect(next < 20 * 100 * 10_000, "IDs were taken that no client could take")
            }
            withExtendedLifetime(connections) {}
        }
    }

    @Test("that half-close, break off or send byte by byte get what is due, and an end")
    func brokenOff() async throws {
        try await attack(["http.requestTimeout=1s"]) { port in
            for text in ["*2\r\n$4\r\nINCR\r\n$1\r\n", "INC", "*1\r\n$4\r\nPI", "\"", "*"] {
                try await RESPPeer.connect(port: port) { (peer) async throws in
                    try await peer.send("PING\r\n" + text)
                    peer.finish()
                    #expect(try await peer.reply() == .simple("PONG"))
                    #expect(try await peer.reply() == nil)
                }
                try await RESPPeer.connect(port: port) { (peer) async throws in
                    try await peer.send(text)
                    guard case .error(let error)? = try await peer.reply() else {
                        Issue.record("'\(text)' is awaited for ever")
                        return
                    }
                    #expect(error.contains("was not complete"))
                    #expect(try await peer.reply() == nil)
                }
            }
        }
    }

    @Test("beyond the limit of connections are told so, and the others go on")
    func connections() async throws {
        let server = try await FrondServerProcess.start(
            in: try TemporaryDirectory(), ["--resp-port", "0", "--set", "resp.maxConnections=3"])
        let port = try await server.respPort()
        try await RESPPeer.connect(port: port) { (first) async throws in
            #expect(try await first.ask("PING") != nil)
            try await RESPPeer.connect(port: port) { (second) async throws in
                #expect(try await second.ask("PING") != nil)
                try await RESPPeer.connect(port: port) { (third) async throws in
                    #expect(try await third.ask("PING") != nil)
                    for _ in 0..<5 {
                        try await RESPPeer.connect(port: port) { (peer) async throws in
                            #expect(try await peer.reply() == .error("ERR max number of clients reached"))
                            #expect(try await peer.reply() == nil)
                        }
                    }
                    #expect(try await first.ask("INCR", "order") == .integer(1))
                    #expect(try await third.ask("INCR", "order") == .integer(2))
                }
            }
        }
        #expect(await server.stop() == 0)
    }
}
