import Frond
import FrondTesting
import Testing

@Suite("Counters of known tags", .timeLimit(.minutes(5)))
struct KnownTagsTests {
    @Test("a tag that nobody created is refused and reaches no counter; one that is created later is served")
    func refusesUnknownTags() async throws {
        let tags = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        let counter = InMemoryCounterStore(tags: [tag])
        let counters = CounterGenerators(store: counter, tags: StoreView(tags))
        let error = await #expect(throws: FrondError.self) { try await counters.next(tag, count: 1) }
        #expect(error?.code == .unknownTag)
        _ = try await tags.create(tag, TagSettings())
        #expect(try await counters.next(tag, count: 2).count == 2)
        #expect(try await counters.next(tag, count: 1).first == 3, "the refusal drew nothing")
    }

    @Test("tags that are created on first use need no record")
    func createdOnFirstUse() async throws {
        let tag = try Frond.Tag("order")
        let view = StoreView(InMemorySegmentStore(), missingTags: .create)
        let counters = CounterGenerators(store: InMemoryCounterStore(tags: [tag]), tags: view)
        #expect(try await counters.next(tag) == 1)
    }
}
