import Frond
import FrondTesting
import Testing

@Suite("What a server knows of tags")
struct TagDirectoryTests {
    /// A store in which the record of one tag cannot be read.
    private struct DamagedStore: ForwardingStore {
        let beneath: any SegmentStore
        let damaged: Frond.Tag

        func tag(_ tag: Frond.Tag) async throws(FrondError) -> TagRecord? {
            if tag == damaged { throw FrondError(.storeCorrupt, "the record of tag '\(tag)' cannot be read") }
            return try await beneath.tag(tag)
        }
    }

    private let time = ManualTimeSource()

    /// Tags of a store that a directory has read.
    private func read(_ count: Int, from store: any SegmentStore) async throws -> (TagDirectory, [Frond.Tag]) {
        let tags = try (0..<count).map { try Frond.Tag("tag-\($0)") }
        let directory = TagDirectory(store: store, limit: .seconds(1), maxWaiters: 10, time: time)
        for tag in tags {
            _ = try await store.create(tag, TagSettings())
            _ = try await directory.entry(for: tag)
        }
        return (directory, tags)
    }

    /// Reads anew what is due once so much time has passed as makes it so.
    private func refresh(_ directory: TagDirectory) async {
        time.advance(by: TagDirectory.refreshInterval / 2)
        await directory.refresh()
    }

    private let change = TagChange(options: TagOptions(generators: [.segment]))

    private func isChanged(_ tag: Frond.Tag, _ directory: TagDirectory) -> Bool {
        directory.known(tag)?.options.generators == [.segment]
    }

    @Test("all tags are read anew in turn, so many at a time")
    func turns() async throws {
        let store = InMemorySegmentStore()
        let (directory, tags) = try await read(300, from: store)
        for tag in tags { _ = try await store.change(tag, change) }
        var seen: [Int] = []
        for _ in 0..<3 {
            await refresh(directory)
            seen.append(tags.count { isChanged($0, directory) })
        }
        #expect(seen == [256, 300, 300])
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
}
