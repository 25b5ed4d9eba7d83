import Frond
import FrondTesting
import Testing

@Suite("Counters of known tags")
struct KnownTagsTests {
    @Test("a tag that nobody created is refused and reaches no counter; one that is created later is served")
    func refusesUnknownTags() async throws {
        let tags = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        let counter = InMemoryCounterStore(tags: [tag])
        let store = KnownTagsCounterStore(counter, tags: tags)
        let error = await #expect(throws: FrondError.self) { try await store.draw(tag, count: 1) }
        #expect(error?.code == .unknownTag)
        _ = try await tags.create(tag, TagSettings())
        #expect(try await store.draw(tag, count: 2).reduce(0) { $0 + $1.count } == 2)
        #expect(try await store.draw(tag, count: 1).first?.first == 3, "the refusal drew nothing")
    }
}
