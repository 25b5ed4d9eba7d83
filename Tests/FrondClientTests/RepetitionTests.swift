import Frond
import FrondClient
import FrondTesting
import Synchronization
import TestServers
import Testing

@Suite("A call whose reply is lost", .timeLimit(.minutes(5)))
struct RepetitionTests {
    /// A client of a server whose next reply to a request that names the tag is lost.
    private func losing(
        _ store: any SegmentStore, _ tag: Frond.Tag, _ work: (RemoteSegmentStore) async throws -> Void
    ) async throws {
        let server = try await TestServer.start(store)
        let proxy = try FaultProxy(to: server.port)
        let client = try RemoteSegmentStore(servers: ["127.0.0.1:\(proxy.port)"], policy: .patient)
        // The connection is there before.
        _ = try await client.tags()
        let name = Array(tag.name.utf8)
        proxy.cutBeforeReply { bytes in bytes.indices.contains { bytes[$0...].starts(with: name) } }
        try await work(client)
        #expect(proxy.lostReplies == 1)
        await client.close()
        try await server.stop()
    }

    @Test("is made again where that does no harm: a reservation is a gap")
    func reservation() async throws {
        let tag = try Frond.Tag("lost-reservation")
        let store = CountingStore(smallSteps())
        try await losing(store, tag) { client in
            let segment = try await client.reserve(tag, atLeast: nil, after: nil)
            #expect(segment.first == 11 && store.reservations == 2)
        }
    }

    @Test("is not made again where that is the caller's to decide, who is told that nobody knows")
    func administration() async throws {
        let tag = try Frond.Tag("lost-creation")
        let store = InMemorySegmentStore()
        try await losing(store, tag) { client in
            let error = try #require(
                await frondError { try await client.create(tag, TagSettings()) })
            #expect(error.code == .storeUnavailable, "\(error)")
            #expect(error.message.contains("whether the call was carried out is not known"), "\(error)")
        }
        #expect(try await store.tag(tag)?.version != nil)
        let created = try #require(try await store.tag(tag))
        try await losing(store, tag) { client in
            let error = await frondError {
                try await client.change(tag, TagChange(step: 77))
            }
            #expect(error?.code == .storeUnavailable)
        }
        #expect(try await store.tag(tag)?.version == created.version + 1)
    }

    @Test("that gives numbers back is not made again: they may be another's by then")
    func givingBack() async throws {
        let tag = try Frond.Tag("lost-tail")
        // Beneath the server: what it reserved for itself no client gives back.
        let store = InMemorySegmentStore()
        _ = try await store.create(tag, TagSettings(step: 10))
        let segment = try await store.reserve(tag, atLeast: nil, after: nil)
        try await losing(store, tag) { client in
            let error = await frondError { try await client.giveBack(segment, of: tag) }
            #expect(error?.code == .storeUnavailable)
        }
        #expect(try await store.tag(tag)?.maxID == 1)
    }
}

@Suite("A server that answers what cannot be", .timeLimit(.minutes(5)))
struct NonsenseTests {
    @Test("is not believed: numbers that were given out before, or that are none")
    func segments() async throws {
        let tag = try Frond.Tag("order")
        let base = smallSteps()
        let bad = [
            Segment(first: 5, end: 15, step: 10, cycle: 0, version: 3),
            Segment(first: 20, end: 20, step: 10, cycle: 0, version: 3),
            Segment(first: -20, end: 20, step: 10, cycle: 0, version: 3),
            Segment(first: 20, end: 30, stride: -1, step: 10, cycle: 0, version: 3),
            Segment(first: 20, end: 30, step: 0, cycle: 0, version: 3),
        ]
        for segment in bad {
            let server = try await TestServer.start(LyingStore(base, segment))
            let client = try RemoteSegmentStore(servers: [server.address], policy: .patient)
            let error = await frondError {
                try await client.reserve(tag, atLeast: nil, after: SegmentPosition(cycle: 0, next: 11))
            }
            #expect(error?.code == .storeCorrupt, "\(segment): \(String(describing: error))")
            await client.close()
            try await server.stop()
        }
    }

    @Test("is not believed: a worker ID that was not asked for, or the lease of another")
    func leases() async throws {
        let server = try await TestServer.start(registry: LyingRegistry())
        let registry = try RemoteWorkerRegistry(servers: [server.address], policy: .patient)
        let holder = WorkerHolder(host: "client", processID: 1, startedAtMilliseconds: 0)
        let now = SystemTimeSource().wallMilliseconds
        let request = WorkerRequest(holder: holder, workerIDs: 0..<8, nowMilliseconds: now, length: .seconds(3))
        #expect(
            await frondError { try await registry.acquire(request) }?.code
                == .storeCorrupt)
        let lease = WorkerLease(record: LyingRegistry.record(1, token: 1))
        #expect(
            await frondError {
                try await registry.extend(lease, to: now + 1000, nowMilliseconds: now)
            }?.code == .storeCorrupt)
        await registry.close()
        try await server.stop()
    }
}
