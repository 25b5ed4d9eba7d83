import Foundation
import Frond
import FrondTesting
import NIOCore
import RESP
import TestServers
import Testing

@testable import FrondServer

/// Redis clients over real sockets on loopback.
@Suite("IDs for Redis clients", .timeLimit(.minutes(5)))
struct RESPServerTests {
    private static func withPeer(
        _ server: TestServer = TestServer(), _ work: @escaping @Sendable (RESPPeer) async throws -> Void
    ) async throws {
        try await server.whileRunning { (running) async throws in
            try await RESPPeer.connect(port: running.respPort) { try await work($0) }
        }
    }

    private static func server(_ tags: [String: TagSettings]) async throws -> TestServer {
        let store = InMemorySegmentStore()
        for (name, settings) in tags { _ = try await store.create(try Tag(name), settings) }
        var server = TestServer()
        server.store = StoreView(store, missingTags: .create)
        server.settings = IDIssuer.Settings(scrambleKey: try IssuingContract.scrambleKey())
        return server
    }

    private static func expectError(
        _ value: RESPValue?, naming text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard case .error(let error)? = value, error.contains(text) else {
            Issue.record("\(String(describing: value)) is not an error with '\(text)'", sourceLocation: sourceLocation)
            return
        }
    }

    @Test("INCR counts, and the numbers of each spelling of a key are those of one tag")
    func increments() async throws {
        try await Self.withPeer { (peer) async throws in
            for number in 1...50 {
                let key = ["order", "{order}", "frond:order", "segment/order", "id/order"][number % 5]
                #expect(try await peer.ask("INCR", key) == .integer(Int64(number)))
            }
            #expect(try await peer.ask("FROND.NEXT", "order", "COUNT", "2") == .texts(["51", "52"]))
        }
    }

    @Test("answers keep their order, whichever of them have to wait")
    func order() async throws {
        try await Self.withPeer { (peer) async throws in
            // Each tag's first number has to wait.
            let tags = (0..<20).map { "tag\($0)" }
            try await peer.send(tags.map { "INCR \($0)\r\nECHO \($0)\r\nINCR \($0)\r\n" }.joined())
            for tag in tags {
                #expect(try await peer.reply() == .integer(1))
                #expect(try await peer.reply() == .text(tag))
                #expect(try await peer.reply() == .integer(2))
            }
        }
    }

    @Test("INCR of a tag whose IDs are texts says so and takes none; a key that names its generator has them")
    func texts() async throws {
        let server = try await Self.server([
            "invoice": TagSettings(options: TagOptions(format: try TextFormat("INV-{number:3}"))),
            "scrambled": TagSettings(
                maxValue: 1000, options: TagOptions(scrambleKey: try IssuingContract.scrambleKey().fingerprint)),
            "random": TagSettings(options: TagOptions(generators: [.uuid])),
        ])
        try await Self.withPeer(server) { (peer) async throws in
            for _ in 1...3 { Self.expectError(try await peer.ask("INCR", "invoice"), naming: "FROND.NEXT invoice") }
            #expect(try await peer.ask("INCR", "id/invoice") == .text("INV-001"))
            #expect(try await peer.ask("INCR", "segment/invoice") == .text("INV-002"))
            #expect(try await peer.ask("FROND.NEXT", "invoice") == .texts(["INV-003"]))
            Self.expectError(try await peer.ask("INCR", "random"), naming: "FROND.NEXT random")
            guard case .integer(let number)? = try await peer.ask("INCR", "scrambled") else {
                Issue.record("a scrambled number is not an integer")
                return
            }
            #expect((1...1000).contains(number))
        }
    }

    @Test("UUIDs are texts of their version, and snowflake IDs integers")
    func otherGenerators() async throws {
        var server = TestServer()
        server.registry = InMemoryWorkerRegistry()
        try await Self.withPeer(server) { (peer) async throws in
            for _ in 1...3 {
                guard case .bulk(let timed)? = try await peer.ask("INCR", "uuid/x"),
                    case .bulk(let random)? = try await peer.ask("INCR", "uuid4/x"),
                    case .integer(let snowflake)? = try await peer.ask("INCR", "snowflake/x")
                else {
                    Issue.record("an ID has another type")
                    return
                }
                #expect(Array(String(buffer: timed))[14] == "7" && Array(String(buffer: random))[14] == "4")
                #expect(snowflake > 1 << 40)
            }
        }
    }

    // MARK: INCRBY

    @Test("INCRBY answers the last of numbers that follow on each other, over the ends of segments")
    func runs() async throws {
        let server = try await Self.server(["order": TagSettings(step: 10)])
        try await Self.withPeer(server) { (peer) async throws in
            var last: Int64 = 0
            for count: Int64 in [1, 5, 3, 25, 1, 1000, 2, 2, 2] {
                #expect(try await peer.ask("INCRBY", "order", "\(count)") == .integer(last + count))
                last += count
            }
            #expect(try await peer.ask("INCR", "order") == .integer(last + 1))
        }
    }

    @Test("INCRBY never answers for a run with a gap, while other servers take numbers of the tag")
    func contendedRuns() async throws {
        let store = InMemorySegmentStore()
        _ = try await store.create(try Tag("order"), TagSettings(step: 10))
        var servers = [TestServer(), TestServer()]
        for index in servers.indices {
            servers[index].store = StoreView(store)
            servers[index].policy = SegmentPolicy(maxStep: 20)
        }
        let runs = try await withThrowingTaskGroup(of: [ClosedRange<Int64>].self) { tasks in
            for server in servers {
                tasks.addTask {
                    try await server.whileRunning { (running) async throws in
                        try await RESPPeer.connect(port: running.respPort) { (peer) async throws in
                            var runs: [ClosedRange<Int64>] = []
                            for index in 0..<200 {
                                let count: Int64 = index.isMultiple(of: 2) ? 7 : 33
                                switch try await peer.ask("INCRBY", "order", "\(count)") {
                                case .integer(let last)?: runs.append((last - count + 1)...last)
                                case .error(let text)?: #expect(text.hasPrefix("TRYAGAIN conflict: "), "\(text)")
                                case let other: Issue.record("\(String(describing: other))")
                                }
                            }
                            return runs
                        }
                    }
                }
            }
            return try await tasks.reduce(into: []) { $0 += $1 }
        }
        let sorted = runs.sorted { $0.lowerBound < $1.lowerBound }
        #expect(sorted.count > 200)
        for (one, next) in zip(sorted, sorted.dropFirst()) {
            #expect(one.upperBound < next.lowerBound, "no number belongs to two runs")
        }
    }

    @Test("INCRBY of what has no runs says so and takes nothing")
    func noRuns() async throws {
        var server = try await Self.server([
            "invoice": TagSettings(options: TagOptions(format: try TextFormat("INV-{number:3}"))),
            "scrambled": TagSettings(
                maxValue: 1000, options: TagOptions(scrambleKey: try IssuingContract.scrambleKey().fingerprint)),
        ])
        server.registry = InMemoryWorkerRegistry()
        try await Self.withPeer(server) { (peer) async throws in
            for key in ["invoice", "id/invoice", "scrambled", "snowflake/x", "uuid/x"] {
                Self.expectError(try await peer.ask("INCRBY", key, "5"), naming: "no number was taken")
            }
            #expect(try await peer.ask("INCR", "id/invoice") == .text("INV-001"))
        }
    }

    @Test("runs are joined only where no number is missing")
    func joining() {
        func joined(_ runs: NumberRun...) -> NumberRun? { NumberRun(joining: runs) }
        let (one, two) = (NumberRun(first: 1, count: 5), NumberRun(first: 6, count: 3))
        #expect(joined(one) == one && joined(one, two) == NumberRun(first: 1, count: 8))
        #expect(joined() == nil && joined(two, one) == nil && joined(one, one) == nil)
        #expect(joined(one, NumberRun(first: 7, count: 3)) == nil)
        #expect(joined(NumberRun(first: 1, count: 2, stride: 2)) == nil)
        #expect(joined(NumberRun(first: 1, count: 1, stride: 2)) != nil)
        #expect(joined(one, NumberRun(first: 6, count: 2, stride: 2)) == nil)
        #expect(joined(NumberRun(first: 1, count: 1, stride: 2), NumberRun(first: 2, count: 1, stride: 2)) != nil)
        #expect(joined(NumberRun(first: 1, count: 0)) == nil)
    }

    // MARK: Counters

    @Test("numbers of a counter are asked for together, and answered in order")
    func counters() async throws {
        var server = TestServer()
        let store = InMemoryCounterStore(tags: [try Tag("order")])
        server.redis = CounterGenerators(store: store)
        try await Self.withPeer(server) { (peer) async throws in
            #expect(try await peer.ask("INCR", "redis/order") == .integer(1))
            try await peer.send(String(repeating: "INCR redis/order\r\n", count: 1000) + "INCRBY redis/order 5\r\n")
            for number in 2...1001 { #expect(try await peer.reply() == .integer(Int64(number))) }
            #expect(try await peer.reply() == .integer(1006))
            #expect(try await peer.ask("FROND.NEXT", "redis/order", "COUNT", "2") == .texts(["1007", "1008"]))
        }
    }

    // MARK: Errors

    @Test("an error has the code and the cure, and TRYAGAIN where a retry helps")
    func errors() async throws {
        let store = InMemorySegmentStore()
        var server = TestServer()
        server.store = StoreView(store)
        try await Self.withPeer(server) { (peer) async throws in
            guard case .error(let text)? = try await peer.ask("INCR", "nothing") else {
                Issue.record("an unknown tag has a number")
                return
            }
            #expect(text == "ERR unknown-tag: tag 'nothing' does not exist: create it with 'frond tag create nothing'")
            #expect(RESPRefusal(FrondError(.timedOut, "no number")).text == "TRYAGAIN timed-out: no number")
            #expect(RESPRefusal(FrondError(.exhausted, "none left")).text == "ERR exhausted: none left")
        }
    }

    // MARK: The end

    @Test("a client that closes its side gets the answers that are due, and the connection ends")
    func halfClosed() async throws {
        try await Self.withPeer { (peer) async throws in
            try await peer.send("INCR first\r\nINCR first\r\nINCR second\r\n")
            peer.finish()
            #expect(try await peer.reply() == .integer(1))
            #expect(try await peer.reply() == .integer(2))
            #expect(try await peer.reply() == .integer(1))
            #expect(try await peer.reply() == nil)
        }
    }

    @Test("a server that stops ends its connections in order")
    func stop() async throws {
        try await TestServer().whileRunning { (running) async throws in
            try await RESPPeer.connect(port: running.respPort) { (peer) async throws in
                #expect(try await peer.ask("INCR", "order") == .integer(1))
                running.stop()
                #expect(try await peer.reply() == nil)
            }
        }
    }

    // MARK: Bad input

    @Test("bytes at random end no process and no other client's connection")
    func fuzz() async throws {
        try await TestServer().whileRunning { (running) async throws in
            try await RESPPeer.connect(port: running.respPort) { (honest) async throws in
                for seed in 0..<UInt64(300) {
                    var random = SplitMix64(seed: seed)
                    try await RESPPeer.connect(port: running.respPort) { (peer) async throws in
                        let words = [
                            "*2\r\n", "$4\r\nINCR\r\n", "$1\r\na\r\n", "INCR a\r\n", "$", "*", "\r\n", "9", "\"",
                            "HELLO 3\r\n",
                        ]
                        var bytes: [UInt8] = []
                        for _ in 0..<Int.random(in: 1...12, using: &random) {
                            bytes += words.randomElement(using: &random).map { Array($0.utf8) } ?? []
                            if Bool.random(using: &random) { bytes.append(.random(in: .min ... .max, using: &random)) }
                        }
                        // The server may close before all is sent.
                        try? await peer.send(bytes)
                        peer.finish()
                        var replies = 0
                        while try await peer.reply() != nil { replies += 1 }
                        #expect(replies <= bytes.count)
                    }
                    if seed.isMultiple(of: 10) {
                        guard case .integer? = try await honest.ask("INCR", "honest") else {
                            Issue.record("seed \(seed) hurts another client")
                            return
                        }
                    }
                }
            }
        }
    }
}
