import Frond
import FrondTesting
import Synchronization
import Testing

@Suite("What can be done to the in-memory store", .timeLimit(.minutes(5)))
struct InMemorySegmentStoreTests {
    private let tag: Frond.Tag

    init() throws { tag = try Frond.Tag("order") }

    @Test("a stale read is noticed and read again") func aStaleReadIsNoticedAndReadAgain() async throws {
        let store = InMemorySegmentStore()
        _ = try await store.create(tag, TagSettings(step: 10))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        store.serveStaleReads(3)
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 11)
    }

    @Test("a stale read repeats numbers where nothing is compared")
    func aStaleReadRepeatsNumbersWhereNothingIsCompared() async throws {
        let store = InMemorySegmentStore(comparing: [])
        _ = try await store.create(tag, TagSettings(step: 10))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        store.serveStaleReads(1)
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 1)
    }

    /// A writer that knows nothing of `version` moves `max_id` between our read and our swap.
    @Test(
        "a foreign writer is noticed by max_id alone",
        arguments: [(.all, 11), (.maxID, 11), (.version, 1)] as [(InMemorySegmentStore.Comparison, Int64)])
    func foreignWriter(comparison: InMemorySegmentStore.Comparison, expected: Int64) async throws {
        let hook = Mutex<(@Sendable (TagRecord) -> Void)?>(nil)
        let store = InMemorySegmentStore(comparing: comparison) { record in
            hook.withLock { $0.take() }?(record)
        }
        _ = try await store.create(tag, TagSettings(step: 10))
        hook.withLock {
            $0 = { record in
                var moved = record
                moved.maxID += 10
                store.overwrite(moved)
            }
        }
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == expected)
    }

    @Test("an overwritten record is believed") func anOverwrittenRecordIsBelieved() async throws {
        let store = InMemorySegmentStore()
        let created = try await store.create(tag, TagSettings(step: 10))
        _ = try await store.reserve(tag, atLeast: nil, after: nil)
        store.overwrite(created)
        #expect(try await store.reserve(tag, atLeast: nil, after: nil).first == 1)
        store.remove(tag)
        #expect(try await store.tag(tag) == nil)
    }
}
