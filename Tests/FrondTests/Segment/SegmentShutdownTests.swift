import Frond
import FrondTesting
import Testing

@Suite("The shutdown of many tags", .timeLimit(.minutes(5)))
struct SegmentShutdownTests {
    private let time = ManualTimeSource()
    private let store: FaultInjectingSegmentStore<InMemorySegmentStore>

    init() {
        store = FaultInjectingSegmentStore(InMemorySegmentStore(), time: time)
    }

    /// Each has given one number of ten.
    private func makeTags(_ count: Int) async throws -> (SegmentGenerators, [Frond.Tag]) {
        let tags = try (0..<count).map { try Frond.Tag("tag-\($0)") }
        let generators = SegmentGenerators(store: store, policy: SegmentPolicy(prefetchFraction: 1), time: time)
        for tag in tags {
            _ = try await store.base.create(tag, TagSettings(step: 10))
            _ = try await generators.next(tag)
        }
        return (generators, tags)
    }

    @Test("gives the tails of all tags back")
    func givesBack() async throws {
        let (generators, tags) = try await makeTags(100)
        await generators.shutdown()
        for tag in tags { #expect(try await store.base.tag(tag)?.maxID == 2) }
    }

    @Test("also where the task that shuts down was cancelled")
    func givesBackWhenCancelled() async throws {
        let (generators, tags) = try await makeTags(3)
        let end = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await generators.shutdown()
        }
        await end.value
        for tag in tags { #expect(try await store.base.tag(tag)?.maxID == 2) }
    }

    @Test("asks a store that failed to take one tail back for no other")
    func firstFailureEndsIt() async throws {
        let (generators, tags) = try await makeTags(100)
        let before = store.callCount
        store.beginOutage()
        await generators.shutdown(concurrency: 1)
        #expect(store.callCount == before + 1)
        for tag in tags { #expect(try await store.base.tag(tag)?.maxID == 11) }
    }

    @Test("returns when its time is up, whatever the store does, and no number comes after it began")
    func isBounded() async throws {
        let (generators, tags) = try await makeTags(100)
        let generator = try generators.generator(for: tags[99])
        let before = store.callCount
        store.beginOutage(.delay(.seconds(3600)))
        let end = Task { await generators.shutdown(within: .seconds(5), concurrency: 10) }
        // Ten that wait for the store, the bound, and that of the waits before.
        await time.waitForSleepers(12)
        #expect(generator.nextIfReady() == nil)
        await #expect { try await generator.next() } throws: { ($0 as? FrondError)?.code == .shutDown }
        time.advance(by: .seconds(5))
        await end.value
        #expect(store.callCount <= before + 20, "the other tags are not begun")
    }

    @Test("of one generator is bounded as well")
    func oneIsBounded() async throws {
        let (generators, tags) = try await makeTags(1)
        let generator = try generators.generator(for: tags[0])
        store.beginOutage(.delay(.seconds(3600)))
        let end = Task { await generator.shutdown(within: .seconds(1)) }
        await time.waitForSleepers(3)
        time.advance(by: .seconds(1))
        await end.value
    }

    @Test("is final: afterwards no tag gets a generator, and the store is asked for nothing")
    func isFinal() async throws {
        let (generators, tags) = try await makeTags(1)
        let other = try Frond.Tag("other")
        _ = try await store.base.create(other, TagSettings())
        await generators.shutdown()
        let before = store.callCount
        for tag in [tags[0], other] {
            #expect { try generators.generator(for: tag) } throws: { ($0 as? FrondError)?.code == .shutDown }
            await #expect { try await generators.next(tag) } throws: { ($0 as? FrondError)?.code == .shutDown }
        }
        #expect(store.callCount == before)
    }
}
