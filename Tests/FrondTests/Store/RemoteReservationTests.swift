import Frond
import FrondTesting
import Testing

@Suite("Reservations for other processes", .timeLimit(.minutes(5)))
struct RemoteReservationTests {
    private let store = InMemorySegmentStore()
    private let tag: Frond.Tag

    init() throws { tag = try Frond.Tag("order") }

    /// The views of two servers on one store.
    private func views() async throws -> (StoreView, StoreView) {
        _ = try await store.create(tag, TagSettings(step: 10))
        return (StoreView(store), StoreView(store))
    }

    private func reserve(_ view: StoreView, after floor: SegmentPosition? = nil) async throws -> Segment {
        try await view.reserveRemotely(tag, atLeast: nil, after: floor)
    }

    @Test("that were made through one server are given back through another, and the first takes it for no loss")
    func otherServer() async throws {
        let (one, other) = try await views()
        var tail = try await reserve(one)
        tail.first = 4
        #expect(try await other.giveBackRemotely(tail, of: tag))
        #expect(try await reserve(one).first == 4)
        #expect(try await one.reserve(tag, atLeast: nil, after: nil).first == 14)
    }

    @Test("are refused below what the server itself was given, and the tag is not made anew")
    func wentBack() async throws {
        _ = try await store.create(tag, TagSettings(step: 10))
        let switchable = SwitchableStore(store)
        let view = StoreView(switchable, missingTags: .create)
        _ = try await view.reserve(tag, atLeast: nil, after: nil)
        let restored = InMemorySegmentStore()
        switchable.use(restored)
        let missing = await #expect(throws: FrondError.self) { try await reserve(view) }
        #expect(missing?.code == .unknownTag)
        _ = try await restored.create(tag, TagSettings(step: 10))
        let error = await #expect(throws: FrondError.self) { try await reserve(view) }
        #expect(error?.code == .storeWentBack)
    }

    @Test("take nothing back of what the server itself was given")
    func notTheServers() async throws {
        let (view, _) = try await views()
        _ = try await view.reserve(tag, atLeast: nil, after: nil)
        var tail = try await reserve(view)
        tail.first = 5
        #expect(try await !view.giveBackRemotely(tail, of: tag))
        tail.first = 15
        #expect(try await view.giveBackRemotely(tail, of: tag))
    }

    @Test("of a server whose own numbers are given back meanwhile go on")
    func ownTail() async throws {
        let (view, _) = try await views()
        var tail = try await view.reserve(tag, atLeast: nil, after: nil)
        tail.first = 7
        #expect(try await view.giveBack(tail, of: tag))
        #expect(try await reserve(view).first == 7)
    }
}
