import Frond
import FrondTesting
import Testing

@Suite("What a server knows of tags", .timeLimit(.minutes(5)))
struct TagSettingsCacheTests {
    /// A store in which the record of one tag cannot be read.
    private struct DamagedStore: ForwardingSegmentStore {
        let beneath: any SegmentStore
        let damaged: Frond.Tag

        func tag(_ tag: Frond.Tag) async throws(FrondError) -> TagRecord? {
            if tag == damaged { throw FrondError(.storeCorrupt, "the record of tag '\(tag)' cannot be read") }
            return try await beneath.tag(tag)
        }

        func tags() async throws(FrondError) -> [TagRecord] { try await beneath.tags().filter { $0.tag != damaged } }
    }

    private let time = ManualTimeSource()

    /// Tags of a store that a directory has read.
    private func read(_ count: Int, from store: any SegmentStore) async throws -> (TagSettingsCache, [Frond.Tag]) {
        let tags = try (0..<count).map { try Frond.Tag("tag-\($0)") }
        let directory = TagSettingsCache(
            store: StoreView.of(store, time: time), limit: .seconds(1), maxWaiters: 10, time: time)
        for tag in tags {
            _ = try await store.create(tag, TagSettings())
            _ = try await directory.entry(for: tag)
        }
        return (directory, tags)
    }

    /// Reads anew what is due once so much time has passed as makes it so.
    private func refresh(_ directory: TagSettingsCache) async {
        time.advance(by: TagSettingsStateMachine.refreshPause)
        await directory.refresh()
    }

    private let change = TagChange(options: TagOptions(generators: [.segment]))

    private func isChanged(_ tag: Frond.Tag, _ directory: TagSettingsCache) -> Bool {
        directory.known(tag)?.options.generators == [.segment]
    }

    @Test("all tags are read anew by one question, however many there are", arguments: [10, 100, 1000])
    func oneQuestion(count: Int) async throws {
        let base = InMemorySegmentStore()
        let store = FaultInjectingSegmentStore(base, time: time)
        let (directory, tags) = try await read(count, from: store)
        for _ in 0..<3 {
            let calls = store.callCount
            await refresh(directory)
            #expect(store.callCount == calls + 1)
        }
        for tag in tags { _ = try await base.change(tag, change) }
        await refresh(directory)
        #expect(tags.allSatisfy { isChanged($0, directory) })
    }

    @Test("a name that was no tag is one once another server has created it")
    func createdElsewhere() async throws {
        let store = InMemorySegmentStore()
        let (directory, _) = try await read(1, from: store)
        let tag = try Frond.Tag("new")
        #expect(try await directory.entry(for: tag).record == nil)
        _ = try await store.create(tag, TagSettings())
        await refresh(directory)
        #expect(directory.known(tag)?.record != nil)
    }

    @Test("a tag whose record is damaged does not keep others from being read anew", arguments: 0..<10)
    func damagedTag(number: Int) async throws {
        let base = InMemorySegmentStore()
        let store = SwitchableStore(base)
        let (directory, tags) = try await read(10, from: store)
        store.use(DamagedStore(beneath: base, damaged: tags[number]))
        for tag in tags { _ = try await base.change(tag, change) }
        await refresh(directory)
        for tag in tags { #expect(isChanged(tag, directory) == (tag != tags[number])) }
    }

    @Test("what is known holds on while the store is down, which is asked once and not for each tag")
    func outage() async throws {
        let store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
        let (directory, tags) = try await read(20, from: store)
        store.beginOutage()
        let before = store.callCount
        await refresh(directory)
        #expect(store.callCount == before + 1)
        #expect(tags.allSatisfy { directory.known($0)?.record != nil })
    }

    @Test("a store that comes back is asked for one row before it is asked for a list")
    func comingBack() async throws {
        let base = InMemorySegmentStore()
        let store = FaultInjectingSegmentStore(base, time: time)
        let (directory, tags) = try await read(3, from: store)
        store.beginOutage()
        await refresh(directory)
        time.advance(by: .seconds(3))
        let calls = store.callCount
        await refresh(directory)
        #expect(store.callCount == calls + 1, "the one row")
        store.endOutage()
        for tag in tags { _ = try await base.change(tag, change) }
        time.advance(by: .seconds(3))
        await refresh(directory)
        #expect(store.callCount == calls + 3, "the one row, and then the list")
        #expect(tags.allSatisfy { isChanged($0, directory) })
    }
}
