import Frond
import FrondClient
import FrondTesting
import Logging
import ServiceLifecycle
import TestServers
import Testing

@Suite("A client's worker ID", .serialized, .timeLimit(.minutes(5)))
struct LeaseTests {
    private let registry = RegistryBehind(InMemoryWorkerRegistry())

    /// A young client moves its horizon on all the time.
    private func client(_ servers: [String], time: any TimeSource = SystemTimeSource()) throws -> FrondClient {
        try FrondClient(
            FrondClient.Configuration(
                servers: servers, pool: .patient, snowflake: SnowflakePolicy(waitLimit: .seconds(60)),
                worker: WorkerPolicy(minHorizon: .milliseconds(600), maxHorizon: .milliseconds(600))),
            time: time, logger: nil)
    }

    @Test("is its own, and its IDs have the layout and the datacenter of the servers")
    func layout() async throws {
        let server = try await TestServer.start(registry: registry, layout: .twitter, datacenterID: 9)
        let clients = [try client([server.address]), try client([server.address])]
        var workers: Set<Int64> = []
        for client in clients {
            let generator = try await client.snowflake()
            let parts = try generator.layout.decode(try await generator.next())
            #expect(generator.layout == .twitter && parts.datacenterID == 9)
            #expect(client.workerStatus?.workerID == parts.workerID)
            workers.insert(parts.workerID)
            #expect(try await client.snowflake() === generator)
        }
        #expect(workers.count == 2)
        for client in clients { await client.shutdown() }
        let records = try await registry.workers()
        #expect(records.count == 2 && records.allSatisfy(\.isReleased))
        #expect(
            await frondError { try await clients[0].snowflake() }?.code == .shutDown)
        try await server.stop()
    }

    @Test("is kept through a server that dies: any other extends it")
    func serverDies() async throws {
        let servers = [try await TestServer.start(registry: registry), try await TestServer.start(registry: registry)]
        let client = try client(servers.map(\.address))
        let draws = Draws()
        let generator = try await client.snowflake()
        await draws.draw { () async throws(FrondError) in try await generator.next() }
        let lease = try #require(client.workerStatus)
        try await servers[0].stop()
        let horizon = try #require(client.workerStatus?.horizonMilliseconds)
        // Several times on, since the first call may have been under way.
        let isExtended = await eventually {
            await draws.draw { () async throws(FrondError) in try await generator.next() }
            return client.workerStatus?.horizonMilliseconds ?? 0 > horizon + 2000
        }
        #expect(isExtended && draws.failures.isEmpty && draws.duplicates.isEmpty, "\(draws.failures)")
        #expect(client.workerStatus?.workerID == lease.workerID && client.workerStatus?.token == lease.token)
        await client.shutdown()
        try await servers[1].stop()
    }

    @Test("is kept through replies that are lost")
    func lostReply() async throws {
        let server = try await TestServer.start(registry: registry)
        let proxy = try FaultProxy(to: server.port)
        let client = try client(["127.0.0.1:\(proxy.port)"])
        let draws = Draws()
        let generator = try await client.snowflake()
        await draws.draw { () async throws(FrondError) in try await generator.next() }
        let lease = try #require(client.workerStatus)
        for round in 1...5 {
            proxy.cutBeforeReply()
            #expect(await eventually { proxy.lostReplies >= round })
            let horizon = try #require(client.workerStatus?.horizonMilliseconds)
            #expect(await eventually { client.workerStatus?.horizonMilliseconds ?? 0 > horizon })
            await draws.draw { () async throws(FrondError) in try await generator.next() }
        }
        #expect(client.workerStatus?.workerID == lease.workerID && client.workerStatus?.token == lease.token)
        #expect(draws.duplicates.isEmpty)
        await client.shutdown()
        #expect(try await registry.workers().allSatisfy(\.isReleased))
        try await server.stop()
    }

    @Test("is another's when the client was paused past its horizon, and no ID comes twice")
    func paused() async throws {
        // One worker ID for two clients.
        let layout = SnowflakeLayout(
            unchecked: 1, epochMilliseconds: 1_577_836_800_000, tickBits: 41, datacenterBits: 0, workerBits: 0,
            sequenceBits: 12)
        let server = try await TestServer.start(registry: registry, layout: layout)
        let (frozen, running) = (ManualTimeSource(), ManualTimeSource())
        let (one, other) = (try client([server.address], time: frozen), try client([server.address], time: running))
        let draws = Draws()
        let sleeper = try await one.snowflake()
        #expect(
            await eventually {
                guard let id = sleeper.nextIfReady() else { return false }
                draws.add(id)
                return true
            })
        // For the other client a minute passes, for this one none: it wakes and knows nothing of it.
        running.advance(by: .seconds(60))
        let heir = try await other.snowflake()
        #expect(
            await eventually {
                guard let id = heir.nextIfReady() else { return false }
                draws.add(id)
                return true
            })
        #expect(other.workerStatus?.workerID == one.workerStatus?.workerID)
        for _ in 0..<20_000 {
            for generator in [sleeper, heir] {
                if let id = generator.nextIfReady() { draws.add(id) }
            }
        }
        #expect(draws.duplicates.isEmpty && draws.count > 1000)
        // It learns the time, and then that the worker ID is not its own any more.
        frozen.advance(by: .seconds(61))
        #expect(sleeper.nextIfReady() == nil)
        #expect(await eventually { one.workerStatus?.token == nil })
        await one.shutdown(within: .milliseconds(100))
        await other.shutdown(within: .milliseconds(100))
        try await server.stop()
    }

    @Test("is refused by a server whose IDs look otherwise")
    func otherLayout() async throws {
        let first = try await TestServer.start(registry: registry, layout: .twitter, datacenterID: 1)
        let client = try client([first.address])
        let generator = try await client.snowflake()
        #expect(try await generator.next() > 0)
        try await first.stop()
        // Its successor at the same address is of another datacenter, with another registry.
        let second = try await TestServer.start(
            registry: RegistryBehind(InMemoryWorkerRegistry()), layout: .twitter, datacenterID: 2, port: first.port)
        #expect(
            await eventually { client.workerStatus?.problem?.contains("another layout or datacenter") ?? false },
            "\(String(describing: client.workerStatus))")
        await client.shutdown()
        try await second.stop()
    }

    @Test("is given back, too, where nobody shuts the client down")
    func forgotten() async throws {
        let server = try await TestServer.start(registry: registry)
        do {
            let client = try client([server.address])
            _ = try await client.snowflake().next()
        }
        #expect(
            await eventually {
                let records = try? await registry.workers()
                return records?.count == 1 && records?.first?.isReleased == true
            })
        try await server.stop()
    }

    @Test("and its unused numbers are given back at graceful shutdown")
    func service() async throws {
        let store = smallSteps(1000)
        let server = try await TestServer.start(store, registry: registry)
        let client = try client([server.address])
        let group = ServiceGroup(
            services: [client], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        async let running: Void = group.run()
        let tag = try Frond.Tag("order")
        for expected in 1...10 as ClosedRange<Int64> { #expect(try await client.segments.next(tag) == expected) }
        _ = try await client.snowflake().next()
        await group.triggerGracefulShutdown()
        try await running
        #expect(try await store.tag(tag)?.maxID == 11)
        #expect(try await registry.workers().allSatisfy(\.isReleased))
        #expect(
            await frondError { try await client.segments.next(tag) }?.code == .shutDown)
        try await server.stop()
    }
}
