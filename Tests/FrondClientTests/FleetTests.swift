import Frond
import FrondClient
import FrondTesting
import TestServers
import Testing

@Suite("Clients of several servers", .serialized, .timeLimit(.minutes(5)))
struct FleetTests {
    private let tag: Frond.Tag

    init() throws {
        tag = try Frond.Tag("order")
    }

    @Test("share a tag, fifty of them: no number twice, and each one's numbers increase")
    func sharing() async throws {
        let store = smallSteps()
        let servers = [try await TestServer.start(store), try await TestServer.start(store)]
        let draws = Draws()
        try await withThrowingTaskGroup(of: Void.self) { clients in
            for _ in 0..<50 {
                clients.addTask { [tag] in
                    let client = try FrondClient.thirsty(servers.map(\.address))
                    var ids: [Int64] = []
                    for _ in 0..<60 {
                        let id = await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) }
                        ids.append(id ?? 0)
                    }
                    #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
                    await client.shutdown()
                }
            }
            try await clients.waitForAll()
        }
        #expect(draws.count == 50 * 60 && draws.duplicates.isEmpty && draws.failures.isEmpty, "\(draws.failures)")
        for server in servers { try await server.stop() }
    }

    @Test("lose time and nothing else to one of three that accepts and never answers")
    func blackHole() async throws {
        let store = smallSteps()
        let counting = CountingStore(store)
        let servers = [
            try await TestServer.start(counting), try await TestServer.start(store), try await TestServer.start(store),
        ]
        let proxy = try FaultProxy(to: servers[0].port)
        proxy.blackHole(true)
        let client = try FrondClient.thirsty(
            ["127.0.0.1:\(proxy.port)", servers[1].address, servers[2].address],
            pool: PoolPolicy(callLimit: .seconds(60), patience: .milliseconds(100)))
        let draws = Draws()
        for _ in 0..<2000 {
            await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) }
        }
        #expect(draws.count == 2000 && draws.duplicates.isEmpty && draws.failures.isEmpty, "\(draws.failures)")
        // One that was there before goes silent, and comes back.
        proxy.blackHole(false)
        #expect(
            await eventually {
                await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) }
                return counting.reservations > 10
            })
        proxy.blackHole(true)
        let before = draws.count
        for _ in 0..<2000 {
            await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) }
        }
        #expect(draws.count == before + 2000 && draws.duplicates.isEmpty && draws.failures.isEmpty, "\(draws.failures)")
        await client.shutdown()
        for server in servers { try await server.stop() }
    }

    @Test("see not one failed call in a rolling restart of three servers under load")
    func rollingRestart() async throws {
        let (store, registry) = (smallSteps(), RegistryBehind(InMemoryWorkerRegistry()))
        var servers: [TestServer] = []
        for _ in 0..<3 { servers.append(try await TestServer.start(store, registry: registry)) }
        let addresses = servers.map(\.address)
        let client = try FrondClient.thirsty(addresses)
        let (numbers, snowflakes, remote) = (Draws(), Draws(), Draws())
        let snowflake = try await client.snowflake()
        try await withThrowingTaskGroup(of: Void.self) { load in
            for _ in 0..<4 {
                load.addTask { [tag] in
                    while !Task.isCancelled {
                        await numbers.draw { () async throws(FrondError) in try await client.segments.next(tag) }
                        await snowflakes.draw { () async throws(FrondError) in try await snowflake.next() }
                        await remote.draw { () async throws(FrondError) in
                            Int64(try await client.remote.next(tag)) ?? -1
                        }
                    }
                }
            }
            for _ in 0..<2 {
                for index in servers.indices {
                    let before = remote.count
                    try await servers[index].stop()
                    #expect(await eventually { remote.count > before + 50 })
                    servers[index] = try await TestServer.start(
                        store, registry: registry, port: servers[index].port)
                }
            }
            load.cancelAll()
        }
        for draws in [numbers, snowflakes, remote] {
            let failures = draws.failures.filter { $0.code != .cancelled }
            #expect(failures.isEmpty && draws.duplicates.isEmpty && draws.count > 300, "\(failures)")
        }
        await client.shutdown()
        for server in servers { try await server.stop() }
    }

    @Test("live on what they have reserved while no server is there, and go on unaided when one is back")
    func outage() async throws {
        let store = smallSteps(1000)
        let server = try await TestServer.start(store)
        let proxy = try FaultProxy(to: server.port)
        let client = try FrondClient(
            FrondClient.Configuration(
                servers: ["127.0.0.1:\(proxy.port)"], pool: .patient, segment: SegmentPolicy(waitLimit: .seconds(60))))
        let draws = Draws()
        for _ in 0..<50 { await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) } }
        proxy.refuse(true)
        proxy.cutAll()
        for _ in 0..<900 { await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) } }
        #expect(draws.count == 950 && draws.failures.isEmpty, "\(draws.failures)")
        for _ in 0..<200 { await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) } }
        #expect(draws.count == 1000 && draws.failures.count == 150, "\(draws.count)")
        #expect(draws.failures.allSatisfy { $0.message.contains("127.0.0.1:\(proxy.port)") }, "\(draws.failures)")
        proxy.refuse(false)
        let recovered = await eventually {
            await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) } != nil
        }
        #expect(recovered && draws.duplicates.isEmpty)
        await client.shutdown()
        try await server.stop()
    }

    @Test("waste numbers whose reply was lost, and never see them again")
    func lostReplies() async throws {
        let server = try await TestServer.start(smallSteps())
        let proxy = try FaultProxy(to: server.port)
        let client = try FrondClient.thirsty(["127.0.0.1:\(proxy.port)"])
        let draws = Draws()
        // The connection is there before its replies are lost.
        await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) }
        for round in 0..<10 {
            proxy.cutBeforeReply()
            for _ in 0..<100 {
                await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) }
            }
            #expect(
                await eventually {
                    await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) }
                    return proxy.lostReplies > round
                })
        }
        #expect(draws.duplicates.isEmpty && draws.count > 1000 && draws.failures.isEmpty, "\(draws.failures)")
        await client.shutdown()
        try await server.stop()
    }

    @Test("find the other servers in the registry, and go on with those when the one of their list has gone")
    func finding() async throws {
        let (store, registry) = (smallSteps(), InMemoryWorkerRegistry())
        let listed = try await TestServer.start(store, registry: registry)
        let other = try await TestServer.start(store, registry: registry)
        let client = try FrondClient.thirsty(
            [listed.address],
            pool: PoolPolicy(callLimit: .seconds(60), findsServers: true, findingPause: .milliseconds(50)))
        let draws = Draws()
        #expect(
            await eventually {
                await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) }
                return client.servers.map(\.description).sorted() == [listed.address, other.address].sorted()
            })
        try await listed.stop()
        for _ in 0..<200 { await draws.draw { () async throws(FrondError) in try await client.segments.next(tag) } }
        #expect(draws.failures.isEmpty && draws.duplicates.isEmpty, "\(draws.failures)")
        await client.shutdown()
        try await other.stop()
    }
}
