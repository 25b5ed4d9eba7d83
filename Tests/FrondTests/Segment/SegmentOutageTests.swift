import Frond
import FrondTesting
import Testing

@Suite("While the store of segments is down or slow", .timeLimit(.minutes(5)))
struct SegmentOutageTests {
    private let time = ManualTimeSource()
    private let tag: Frond.Tag

    init() throws { tag = try Frond.Tag("order") }

    /// 1 to 10 of 100 are given out, and the fetch of the next segment has failed.
    private func makeOutage() async throws -> (
        SegmentGenerators, FaultInjectingSegmentStore<InMemorySegmentStore>
    ) {
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        _ = try await store.create(tag, TagSettings(step: 100))
        let generators = SegmentGenerators(store: store, time: time)
        _ = try await generators.next(tag)
        store.beginOutage()
        _ = try await generators.next(tag, count: 9)
        try await waitUntil("the fetch has failed") { generators.failure != nil }
        return (generators, store)
    }

    @Test("a batch that is more than there is fails, and uses nothing up")
    func largeBatch() async throws {
        let (generators, store) = try await makeOutage()
        for _ in 0..<5 {
            await #expect {
                try await generators.next(tag, count: 91)
            } throws: {
                let error = $0 as? FrondError
                return error?.code == .storeUnavailable && error?.retryAfter != nil
            }
        }
        #expect(generators.isStarved)
        #expect(try await generators.next(tag, count: 90) == Array(11...100))
        // Where nothing is left the next caller is the probe.
        store.endOutage()
        time.advance(by: .seconds(10))
        #expect(try await generators.next(tag, count: 500) == Array(101...600))
    }

    @Test("a batch that is refused has the store asked again, so that batches come back by themselves")
    func batchesRecover() async throws {
        let (generators, store) = try await makeOutage()
        store.endOutage()
        time.advance(by: .seconds(10))
        await #expect(throws: FrondError.self) { try await generators.next(tag, count: 500) }
        try await waitUntil("the store was asked again") { generators.failure == nil }
        #expect(try await generators.next(tag, count: 500) == Array(11...510))
    }

    @Test("a store so slow that callers go without a number is a problem, until it answers")
    func slowStore() async throws {
        let store = GatedStore()
        _ = try await store.create(tag, TagSettings())
        let generators = SegmentGenerators(store: store, time: time)
        let waiting = Task { try await generators.next(tag) }
        await store.waitForArrivals(1)
        await time.waitForSleepers(1)
        #expect(generators.failure == nil && !generators.isStarved)
        time.advance(by: .seconds(1))
        await #expect { try await waiting.value } throws: { ($0 as? FrondError)?.code == .timedOut }
        #expect(generators.isStarved)
        #expect(generators.failure?.code == .timedOut)
        store.open()
        #expect(await generators.checkStore() == nil)
        #expect(!generators.isStarved)
        #expect(try await generators.next(tag) == 1)
    }

    @Test("a damaged store is down; a damaged record is not", arguments: [true, false])
    func damage(isOfWholeStore: Bool) async throws {
        let store = GatedStore()
        _ = try await store.create(tag, TagSettings())
        let generators = SegmentGenerators(store: store, time: time)
        let waiting = Task { try await generators.next(tag) }
        await store.waitForArrivals(1)
        var damage = FrondError(.storeCorrupt, "damaged")
        if isOfWholeStore { damage.scope = .store }
        store.release(.fail(damage))
        await #expect { try await waiting.value } throws: { ($0 as? FrondError)?.code == .storeCorrupt }
        #expect((generators.failure != nil) == isOfWholeStore)
        #expect(generators.isStarved == isOfWholeStore)
    }
}
