import Frond
import FrondAPI
import FrondTesting
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import SwiftProtobuf
import TestServers
import Testing

@testable import FrondServer

@Suite("A call by gRPC that repeats an earlier one")
struct RepeatedCallTests {
    private static let next = "/frond.v1.IDs/Next"

    private static func request(_ tag: String, _ generator: Frond_V1_Generator = .segment) throws -> [UInt8] {
        HTTP2Wire.message(try Frond_V1_NextRequest.with { ($0.tag, $0.generator) = (tag, generator) }.serializedBytes())
    }

    /// The number of an answer.
    private static func number(_ answer: (data: ByteBuffer, status: String?)?) throws -> Int64 {
        let answer = try #require(answer)
        #expect(answer.status == "0")
        let message = Array(answer.data.readableBytesView.dropFirst(5))
        return try Frond_V1_NextResponse(serializedBytes: message).number
    }

    @Test("is answered before HTTP/2, with the next number")
    func isAnswered() async throws {
        let generators = try await EmbeddedServer.generators()
        let connection = try LaneConnection(generators)
        connection.send(.windowUpdate(windowSizeIncrement: 1 << 20))
        let order = try Self.request("order")
        var numbers: [Int64] = []
        for index in 0..<10 {
            let stream = connection.call(Self.next, order)
            try connection.exchange()
            numbers.append(try Self.number(connection.received.answers[stream]))
            // The first call puts its headers into the table; the second is the first that may come again.
            #expect(connection.isAnswered(before: stream) == (index >= 2), "\(index)")
        }
        #expect(numbers == Array(2...11))
        #expect(connection.received.errors.isEmpty)
    }

    @Test("is no call where the client's table has changed the meaning of its bytes")
    func table() async throws {
        let connection = try LaneConnection(try await EmbeddedServer.generators())
        connection.send(.windowUpdate(windowSizeIncrement: 1 << 20))
        let order = try Self.request("order")
        for index in 0..<50 {
            let stream = connection.call(Self.next, order)
            // Shifts the table; the indices of the next call's headers are others.
            let other = connection.call(
                index.isMultiple(of: 2) ? "/frond.v1.IDs/Nothing" : Self.next, order, more: [("x", "\(index)")])
            try connection.exchange()
            #expect(try Self.number(connection.received.answers[stream]) > 1)
            let status = connection.received.answers[other]?.status
            #expect(status == (index.isMultiple(of: 2) ? "12" : "0"), "\(index) \(status ?? "none")")
        }
    }

    @Test("of another tag or method is another call, however the headers are")
    func tags() async throws {
        let connection = try LaneConnection(try await EmbeddedServer.generators())
        connection.send(.windowUpdate(windowSizeIncrement: 1 << 20))
        var streams: [String: [Int]] = [:]
        for index in 0..<200 {
            let tag = index % 3 == 0 ? "user" : "order"
            streams[tag, default: []].append(connection.call(Self.next, try Self.request(tag), indexing: .nonIndexable))
            if index % 7 == 0 { try connection.exchange() }
        }
        try connection.exchange()
        for (_, streams) in streams {
            let numbers = try streams.map { try Self.number(connection.received.answers[$0]) }
            #expect(numbers.sorted() == (0..<Int64(streams.count)).map { $0 + 2 })
        }
        #expect(connection.repeated.lastAnswered > 0)
    }

    @Test("is never answered beyond the client's windows, and all are once it gives them back", arguments: 1...6)
    func windows(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let small = seed.isMultiple(of: 2)
        let connection = try LaneConnection(
            try await EmbeddedServer.generators(),
            clientSettings: small ? [.init(parameter: .initialWindowSize, value: Int(seed))] : [])
        // IDs that never have to wait for a store.
        let requests = try [Self.request("order", .uuid), Self.request("user", .uuidV4)]
        var streams: [Int] = []
        for _ in 0..<1500 {
            streams.append(connection.call(Self.next, requests[Int.random(in: 0...1, using: &random)]))
            guard Int.random(in: 0..<40, using: &random) == 0 else { continue }
            if Int.random(in: 0..<10, using: &random) == 0 { connection.giveBackWindow() }
            try connection.exchange { Int.random(in: 1...400, using: &random) }
        }
        for _ in 0..<100 where connection.received.answers.count < streams.count {
            connection.giveBackWindow()
            if small { connection.send(.settings(.settings([.init(parameter: .initialWindowSize, value: 65_535)]))) }
            try connection.exchange()
        }
        let (answered, errors) = (connection.received.answered, connection.received.errors.map { "\($0)" })
        // A message that was cut takes the ordinary way, which has no handlers here.
        let refused = connection.received.answers.values.count { $0.status == "12" }
        #expect(answered + refused == streams.count && refused < 20 && errors == [], "\(answered) \(refused)")
        #expect(connection.repeated.lastAnswered > 0 || small)
    }

    @Test("waits for headers of HTTP/2's own where the client has set the size of its table")
    func tableSize() async throws {
        let connection = try LaneConnection(try await EmbeddedServer.generators())
        connection.send(.windowUpdate(windowSizeIncrement: 1 << 20))
        let order = try Self.request("order")
        for size in [4096, 0, 100, 1 << 30, 4096] {
            for _ in 0..<5 {
                _ = connection.call(Self.next, order)
                try connection.exchange()
            }
            connection.send(.settings(.settings([.init(parameter: .headerTableSize, value: size)])))
            // In one packet with the settings.
            for _ in 0..<3 { _ = connection.call(Self.next, order) }
            try connection.exchange()
        }
        let (answered, errors) = (connection.received.answered, connection.received.errors.map { "\($0)" })
        #expect(answered == 40 && errors == [])
        #expect(connection.repeated.lastAnswered > 0)
    }

    @Test("that is never complete is held within the server's budget, and no longer")
    func incomplete() async throws {
        let generators = try await EmbeddedServer.generators()
        for (count, isActive) in [(2, true), (5, false)] {
            let connection = try LaneConnection(generators, budget: ConnectionBudget(limit: 50_000))
            for _ in 0..<count {
                connection.sendIncomplete(bytes: 12_000)
                try connection.exchange()
            }
            #expect(connection.server.isActive == isActive)
        }
    }

    @Test("passes the limits each time, and is another call once the rules of access change")
    func limits() async throws {
        let access = AccessControl.silent(AccessRules(clientLimit: try RateLimit(perSecond: 1, burst: 20)))
        let connection = try LaneConnection(try await EmbeddedServer.generators(), access: access)
        connection.send(.windowUpdate(windowSizeIncrement: 1 << 20))
        let order = try Self.request("order")
        for _ in 0..<15 {
            _ = connection.call(Self.next, order)
            try connection.exchange()
        }
        #expect(connection.repeated.lastAnswered == 29)
        // More than there is; what is beyond takes the ordinary way, which has no handlers here.
        for _ in 0..<100 { _ = connection.call(Self.next, order) }
        try connection.exchange()
        // A busy machine may take some seconds, each of which is worth one more.
        #expect((20..<60).contains(connection.received.answered))
        access.replace(with: AccessRules(table: try AccessTable([])))
        let answered = connection.received.answered
        for _ in 0..<5 { _ = connection.call(Self.next, order) }
        try connection.exchange()
        #expect(connection.received.answered == answered)
    }

    @Test("counts among the calls that the end of the connection tells of, and none is answered after it")
    func end() async throws {
        for isLate in [false, true] {
            let connection = try LaneConnection(try await EmbeddedServer.generators())
            connection.send(.windowUpdate(windowSizeIncrement: 1 << 20))
            let order = try Self.request("order")
            var last = 0
            for _ in 0..<5 {
                last = connection.call(Self.next, order)
                try connection.exchange()
            }
            #expect(connection.isAnswered(before: last))
            if isLate {
                // On its way when the server begins to end.
                last = connection.call(Self.next, order)
                try connection.collect()
            }
            connection.server.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            try connection.exchange()
            let status = connection.received.answers[last]?.status
            #expect(status == "0", "\(String(describing: connection.received.goAway))")
            #expect(connection.isAnswered(before: last) == !isLate)
            connection.loop.advanceTime(by: .seconds(2))
            try connection.exchange()
            #expect(connection.received.goAway?.last == last)
        }
    }
}
