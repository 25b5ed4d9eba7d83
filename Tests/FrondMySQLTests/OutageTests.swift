import Foundation
import Frond
import FrondTesting
import TestServers
import Testing

@testable import FrondMySQL

@Suite("A database that fails", .timeLimit(.minutes(5)))
struct OutageTests {
    private let tag: Tag

    init() throws {
        tag = try Tag("order")
    }

    private func reserve(_ store: MySQLSegmentStore) async throws -> Segment {
        try await store.reserve(tag, atLeast: nil, after: nil)
    }

    /// A store behind a proxy, with one connection that is open.
    private func behindProxy(
        timeout: Duration = .seconds(5)
    ) async throws -> (store: MySQLSegmentStore, proxy: FaultProxy, database: TestDatabase) {
        let database = try await TestDatabase.make()
        let proxy = try FaultProxy(to: database.server.port)
        let store = database.store {
            $0.port = proxy.port
            $0.poolSize = 1
            $0.replyTimeout = timeout
            $0.connectTimeout = timeout
        }
        _ = try await store.create(tag, TagSettings(step: 10))
        #expect(try await reserve(store).first == 1)
        return (store, proxy, database)
    }

    /// True if a client executes the statement that moves `max_id`: it alone carries the tag and more than one number.
    private static let isSwap: @Sendable ([UInt8]) -> Bool = { piece in
        piece.count > 80 && piece[4] == 0x17
    }

    @Test("a server that is stopped is an error that says so, at once; started again it serves, and repeats nothing")
    func stopped() async throws {
        let server = try await MariaDBServer()
        let database = try await TestDatabase.make(on: server)
        let store = database.store()
        _ = try await store.create(tag, TagSettings(step: 10))
        #expect(try await reserve(store).first == 1)
        await server.stop()
        for _ in 0..<3 {
            let error = await frondError { _ = try await reserve(store) }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("start the server") == true, "\(error?.message ?? "")")
        }
        try await server.start()
        #expect(try await retry { try await reserve(store) }.first == 11)
    }

    @Test("a server killed while others commit keeps all that was given out")
    func killed() async throws {
        let server = try await MariaDBServer()
        let database = try await TestDatabase.make(on: server)
        _ = try await database.store().create(tag, TagSettings(step: 10))
        var segments: [Segment] = []
        for _ in 0..<2 {
            let stores = (0..<4).map { _ in database.store { $0.poolSize = 1 } }
            async let reserved = reserveConcurrently(tag, from: stores, times: 400, passingOver: [.storeUnavailable])
            let before = segments.map(\.end).max() ?? 1
            try await waitUntil("others commit") { try await database.store().tag(tag)?.maxID ?? 0 >= before + 100 }
            await server.kill()
            try await server.start()
            segments += try await reserved
            segments.append(try await retry { try await reserve(database.store()) })
        }
        expectDisjoint(segments)
        #expect(segments.count > 5)
    }

    @Test("a reply that is lost after the commit is a gap: it is not done again, and no number comes twice")
    func lostReply() async throws {
        let (store, proxy, database) = try await behindProxy()
        proxy.cutBeforeReply(where: Self.isSwap)
        let error = await frondError { _ = try await reserve(store) }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.message.contains("broke") == true, "\(error?.message ?? "")")
        #expect(proxy.lostReplies == 1)
        #expect(try await database.store().tag(tag)?.maxID == 21, "it was carried out once")
        #expect(try await reserve(store).first == 21)
    }

    @Test("a connection that breaks before anything was changed is made anew, and nobody notices")
    func brokenIdleConnection() async throws {
        let (store, proxy, _) = try await behindProxy()
        proxy.cutAll()
        #expect(try await reserve(store).first == 11)
        proxy.cutBeforeReply()
        #expect(try await reserve(store).first == 21, "the reply to a read was lost")
        #expect(proxy.lostReplies == 1)
    }

    @Test("two seconds a query are slow, and no reason to fail")
    func slow() async throws {
        let (store, proxy, _) = try await behindProxy()
        proxy.delayReplies(by: .seconds(2))
        #expect(try await reserve(store).first == 11)
    }

    @Test("a server that does not answer is given up after the timeout, and used again once it does")
    func silent() async throws {
        let (store, proxy, database) = try await behindProxy(timeout: .seconds(1))
        proxy.blackHole(true)
        let start = ContinuousClock.now
        let error = await frondError { _ = try await reserve(store) }
        #expect(error?.code == .storeUnavailable)
        #expect(ContinuousClock.now - start < .seconds(10))
        proxy.blackHole(false)
        let segment = try await retry { try await reserve(store) }
        #expect(segment.first >= 11)
        #expect(try await database.store().tag(tag)?.maxID == segment.end)
    }

    @Test("while a server is down few of many calls try to connect, and all fail at once")
    func refused() async throws {
        let database = try await TestDatabase.make()
        let store = database.store { $0.port = 1 }
        let start = ContinuousClock.now
        for _ in 0..<500 {
            let error = await frondError { _ = try await reserve(store) }
            #expect(error?.code == .storeUnavailable)
            #expect(error?.message.contains("no connection to 127.0.0.1:1") == true)
        }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("a registry that fails is unavailable, and works again afterwards")
    func registry() async throws {
        let database = try await TestDatabase.make()
        let proxy = try FaultProxy(to: database.server.port)
        var configuration = database.configuration
        configuration.port = proxy.port
        let registry = MySQLWorkerRegistry(configuration)
        _ = try await registry.initialise(floorMilliseconds: nil)
        let lease = try await registry.acquire(workerRequest(0..<2))
        proxy.refuse(true)
        proxy.cutAll()
        let error = await frondError {
            _ = try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
        }
        #expect(error?.code == .registryUnavailable)
        proxy.refuse(false)
        let longer = try await retry {
            try await registry.extend(lease, to: 2_000_000, nowMilliseconds: 1_001_000)
        }
        #expect(longer.horizonMilliseconds == 2_000_000)
    }
}
