import Frond
import FrondTesting
import Testing

@Suite("A segment generator", .timeLimit(.minutes(5)))
struct SegmentGeneratorTests {
    let time = ManualTimeSource()
    let store = GatedStore()
    let tag: Frond.Tag

    init() throws {
        tag = try Frond.Tag("order")
    }

    private func makeGenerator(_ settings: TagSettings, policy: SegmentPolicy = SegmentPolicy()) async throws
        -> SegmentGenerator
    {
        _ = try await store.create(tag, settings)
        return SegmentGenerator(tag: tag, store: store, policy: policy, time: time)
    }

    private var storeIsDown: FrondError { FrondError(.storeUnavailable, "down") }

    @Test("begins at the tag's start and counts by one across segments")
    func countsByOne() async throws {
        store.open()
        let generator = try await makeGenerator(TagSettings(step: 3, startID: 5))
        var ids: [Int64] = []
        for _ in 0..<20 { ids.append(try await generator.next()) }
        #expect(ids == Array(5..<25))
    }

    @Test("gives exactly the count asked for, in order, also beyond a segment and beyond maxStep")
    func exactBatches() async throws {
        store.open()
        let generator = try await makeGenerator(
            TagSettings(step: 3), policy: SegmentPolicy(maxStep: 50))
        #expect(try await generator.next(count: 1) == [1])
        #expect(try await generator.next(count: 500) == Array(2...501))
        #expect(try await generator.next(count: 2) == [502, 503])
        await #expect(throws: FrondError.self) { try await generator.next(count: 0) }
    }

    @Test("answers at once or with nil, and a nil costs no number")
    func synchronousAttempt() async throws {
        let generator = try await makeGenerator(TagSettings(step: 2))
        for _ in 0..<10 { #expect(generator.nextIfReady() == nil) }
        await store.waitForArrivals(1)
        store.open()
        #expect(try await generator.next() == 1)
        #expect(generator.nextIfReady() == 2)
    }

    @Test("asks the store once, however many callers wait")
    func oneFetchInFlight() async throws {
        let generator = try await makeGenerator(TagSettings(step: 1000))
        let ids = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<100 { group.addTask { try await generator.next() } }
            await store.waitForArrivals(1)
            #expect(store.arrivals == 1)
            store.open()
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(ids.count == 100)
    }

    @Test("does not fail while a healthy store is slow: what waits is asked for in one reservation")
    func slowStoreServesAll() async throws {
        let generator = try await makeGenerator(TagSettings(step: 10))
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<2000 { group.addTask { try await generator.next() } }
            await store.waitForArrivals(1)
            time.advance(by: .milliseconds(100))
            store.release()
            await store.waitForArrivals(2)
            time.advance(by: .milliseconds(100))
            store.open()
            let ids = try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            #expect(ids.count == 2000)
        }
        #expect(store.arrivals <= 5)
    }

    @Test("fetches the next segment in the background when a tenth is used")
    func prefetches() async throws {
        let generator = try await makeGenerator(TagSettings(step: 100))
        let first = Task { try await generator.next() }
        await store.waitForArrivals(1)
        store.release()
        #expect(try await first.value == 1)
        for id in 2...9 as ClosedRange<Int64> { #expect(generator.nextIfReady() == id) }
        #expect(store.arrivals == 1)
        #expect(generator.nextIfReady() == 10)
        await store.waitForArrivals(2)
        for id in 11...100 as ClosedRange<Int64> { #expect(generator.nextIfReady() == id) }
        #expect(generator.nextIfReady() == nil)
        store.open()
        #expect(try await generator.next() == 101)
    }

    @Test("waits for a bounded time")
    func waitIsBounded() async throws {
        let generator = try await makeGenerator(TagSettings())
        let waiting = Task { try await generator.next() }
        await store.waitForArrivals(1)
        await time.waitForSleepers(1)
        time.advance(by: .seconds(1))
        await #expect { try await waiting.value } throws: { ($0 as? FrondError)?.code == .timedOut }
    }

    @Test("bounds how many wait")
    func waitersAreBounded() async throws {
        let generator = try await makeGenerator(TagSettings(), policy: SegmentPolicy(maxWaiters: 1))
        let waiting = Task { try await generator.next() }
        await time.waitForSleepers(1)
        await #expect { try await generator.next() } throws: { ($0 as? FrondError)?.code == .overloaded }
        store.open()
        _ = try await waiting.value
    }

    @Test("lets a cancelled caller go at once")
    func cancellation() async throws {
        let generator = try await makeGenerator(TagSettings())
        let waiting = Task { try await generator.next() }
        await time.waitForSleepers(1)
        waiting.cancel()
        await #expect { try await waiting.value } throws: { ($0 as? FrondError)?.code == .cancelled }
        store.open()
        #expect(try await generator.next() == 1)
    }

    @Test("fails at once while the store is down, probes one at a time, and comes back unaided")
    func failsFastAndRecovers() async throws {
        let generator = try await makeGenerator(TagSettings())
        let first = Task { try await generator.next() }
        await store.waitForArrivals(1)
        store.release(.fail(storeIsDown))
        await #expect { try await first.value } throws: { ($0 as? FrondError)?.code == .storeUnavailable }
        for _ in 0..<50 {
            await #expect { try await generator.next() } throws: { ($0 as? FrondError)?.retryAfter != nil }
        }
        #expect(store.arrivals == 1, "nobody asks a store that was just found down")
        time.advance(by: .seconds(1))
        let probe = Task { try await generator.next() }
        await store.waitForArrivals(2)
        store.open()
        #expect(try await probe.value == 1, "no number was lost to the refusals")
    }

    @Test("uses what it has while the store is down, and tries again before it runs out")
    func outageInTheMiddle() async throws {
        _ = try await store.create(tag, TagSettings(step: 100))
        let generators = SegmentGenerators(store: store, time: time)
        let generator = try generators.generator(for: tag)
        let first = Task { try await generator.next() }
        await store.waitForArrivals(1)
        store.release()
        _ = try await first.value
        for _ in 2...10 { _ = generator.nextIfReady() }
        await store.waitForArrivals(2)
        store.release(.fail(storeIsDown))
        try await waitUntil("the fetch has failed") { generators.failure != nil }
        for id in 11...54 as ClosedRange<Int64> { #expect(generator.nextIfReady() == id) }
        time.advance(by: .seconds(1))
        store.open()
        for id in 55...300 as ClosedRange<Int64> { #expect(try await generator.next() == id) }
        #expect(generators.failure == nil)
    }

    @Test("ends with a clear error at the tag's last number")
    func exhaustion() async throws {
        store.open()
        let generator = try await makeGenerator(TagSettings(step: 10, maxValue: 12))
        for id in 1...12 as ClosedRange<Int64> { #expect(try await generator.next() == id) }
        await #expect {
            try await generator.next()
        } throws: {
            let error = $0 as? FrondError
            return error?.code == .exhausted && error?.message.contains("12") == true
        }
    }

    @Test("begins again after the last number where the tag cycles")
    func cycle() async throws {
        store.open()
        let generator = try await makeGenerator(TagSettings(step: 2, startID: 1, maxValue: 5, cycles: true))
        var ids: [Int64] = []
        for _ in 0..<12 { ids.append(try await generator.next()) }
        #expect(ids == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2])
    }

    @Test("gives the unused numbers back on shutdown, and then gives out none")
    func shutdownGivesBack() async throws {
        store.open()
        let generator = try await makeGenerator(TagSettings(step: 100))
        for _ in 0..<30 { _ = try await generator.next() }
        await generator.shutdown()
        #expect(try await store.tag(tag)?.maxID == 31)
        #expect(generator.nextIfReady() == nil)
        await #expect { try await generator.next() } throws: { ($0 as? FrondError)?.code == .shutDown }
        await generator.shutdown()
        #expect(try await store.tag(tag)?.maxID == 31)
    }

    @Test("gives a segment back that comes during the shutdown")
    func shutdownDuringFetch() async throws {
        let generator = try await makeGenerator(TagSettings(step: 100))
        #expect(generator.nextIfReady() == nil)
        await store.waitForArrivals(1)
        let end = Task { await generator.shutdown() }
        store.open()
        await end.value
        #expect(try await store.tag(tag)?.maxID == 1)
    }

    @Test("gives nothing back that another server has moved past")
    func shutdownAfterOthers() async throws {
        store.open()
        let generator = try await makeGenerator(TagSettings(step: 100))
        _ = try await generator.next()
        let other = try await store.base.reserve(tag, atLeast: nil, after: nil)
        await generator.shutdown()
        #expect(try await store.tag(tag)?.maxID == other.end)
    }

    @Test("refuses numbers it was given before, until the tag is moved forward")
    func storeWentBack() async throws {
        store.open()
        let other = InMemorySegmentStore()
        _ = try await other.create(tag, TagSettings(step: 10))
        let switching = SwitchableStore(store)
        _ = try await store.create(tag, TagSettings(step: 10))
        let generator = SegmentGenerator(tag: tag, store: switching, policy: SegmentPolicy(maxStep: 10), time: time)
        for _ in 0..<5 { _ = try await generator.next() }
        let given = try await store.tag(tag)?.maxID ?? 0
        switching.use(other)
        for _ in 5..<(given - 1) { _ = try await generator.next() }
        await #expect { try await generator.next() } throws: { ($0 as? FrondError)?.code == .storeWentBack }
        #expect(try await other.tag(tag)?.maxID == 1, "a refused store reserves nothing")
        _ = try await other.change(tag, TagChange(maxID: 1000))
        #expect(try await generator.next() == 1000)
    }
}
