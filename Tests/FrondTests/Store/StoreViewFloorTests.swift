import Frond
import FrondTesting
import Testing

@Suite("What one process was given of a tag", .timeLimit(.minutes(5)))
struct StoreViewFloorTests {
    private let tag: Frond.Tag

    init() throws { tag = try Frond.Tag("order") }

    private func store() async throws -> InMemorySegmentStore {
        let store = InMemorySegmentStore()
        _ = try await store.create(tag, TagSettings(step: 10))
        return store
    }

    @Test("a store that went back is refused by whoever asks, not only by who was given the numbers")
    func wentBack() async throws {
        let current = SwitchableStore(try await store())
        let shared = StoreView(current, missingTags: .create)
        #expect(try await shared.reserve(tag, atLeast: nil, after: nil).first == 1)
        current.use(try await store())
        let error = await #expect(throws: FrondError.self) {
            try await shared.reserve(tag, atLeast: nil, after: nil)
        }
        #expect(error?.code == .storeWentBack)
        current.use(InMemorySegmentStore())
        await #expect(throws: FrondError.self, "nor is the tag made anew") {
            try await shared.reserve(tag, atLeast: nil, after: nil)
        }
        #expect(try await current.tag(tag) == nil)
    }

    @Test("numbers that were given back may be given out again")
    func givenBack() async throws {
        let shared = StoreView(try await store())
        let segment = try await shared.reserve(tag, atLeast: nil, after: nil)
        var tail = segment
        tail.first = 4
        #expect(try await shared.giveBack(tail, of: tag))
        #expect(try await shared.reserve(tag, atLeast: nil, after: nil).first == 4)
    }

    @Test("who reserves while another gives back is answered, and not told that the store went back")
    func atTheSameTime() async throws {
        let store = GatedStore()
        _ = try await store.create(tag, TagSettings(step: 10))
        let shared = StoreView(store)
        async let reserved = shared.reserve(tag, atLeast: nil, after: nil)
        await store.waitForArrivals(1)
        store.release()
        var tail = try await reserved
        tail.first = 4
        async let next = shared.reserve(tag, atLeast: nil, after: nil)
        await store.waitForArrivals(2)
        #expect(try await shared.giveBack(tail, of: tag))
        store.open()
        #expect(try await next.first == 4)
    }

    @Test("a tail that the store refuses, or that others reserved behind, lowers nothing")
    func refusedTail() async throws {
        let current = SwitchableStore(try await store())
        let view = StoreView(current)
        let one = try await view.reserve(tag, atLeast: nil, after: nil)
        var tail = one
        tail.first = 4
        tail.version += 1
        #expect(try await !view.giveBack(tail, of: tag), "of another version")
        _ = try await view.reserve(tag, atLeast: nil, after: one.finish)
        tail.version -= 1
        #expect(try await !view.giveBack(tail, of: tag), "reserved since")
        let restored = try await store()
        _ = try await restored.reserve(tag, atLeast: nil, after: nil)
        current.use(restored)
        let error = await #expect(throws: FrondError.self) {
            try await view.reserve(tag, atLeast: nil, after: nil)
        }
        #expect(error?.code == .storeWentBack)
    }
}
