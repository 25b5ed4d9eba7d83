import FrondTesting
import Testing

@testable import Frond

@Suite("The room for tags that are made on first use", .timeLimit(.minutes(5)))
struct TagRoomTests {
    @Test("ends with the store's number of tags: a scanner cannot fill it")
    func limit() async throws {
        let view = StoreView(InMemorySegmentStore(), missingTags: .create(TagSettings(), maxCount: 2))
        for name in ["a", "b"] { _ = try await view.reserve(try Frond.Tag(name), atLeast: nil, after: nil) }
        for name in ["c", "d"] {
            let error = await frondError { try await view.reserve(try Frond.Tag(name), atLeast: nil, after: nil) }
            #expect(error?.code == .unknownTag)
            #expect(error?.message.contains("tags.maxCount") == true)
        }
        #expect(try await view.tags().count == 2)
        _ = try await view.reserve(try Frond.Tag("a"), atLeast: nil, after: nil)
        // An operator's tags are made on purpose.
        _ = try await view.create(try Frond.Tag("c"), TagSettings())
    }

    @Test("counts once, then what is made here, and anew while there is none")
    func counting() {
        var room = TagRoom(limit: 3)
        #expect(room.mustCount(now: .zero) && !room.hasRoom)
        room.counted(1, now: .zero)
        #expect(!room.mustCount(now: .zero) && room.hasRoom)
        room.created()
        room.created()
        #expect(!room.hasRoom)
        #expect(!room.mustCount(now: .seconds(9)))
        #expect(room.mustCount(now: .seconds(10)))
        room.counted(2, now: .seconds(10))
        #expect(room.hasRoom)
    }
}
