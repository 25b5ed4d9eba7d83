import Frond
import FrondTesting
import Testing

@Suite("A counter generator", .timeLimit(.minutes(5)))
struct CounterGeneratorTests {
    let time = ManualTimeSource()
    let tag: Frond.Tag

    init() throws {
        tag = try Frond.Tag("order")
    }

    @Test("counts by one, and gives exactly the count asked for")
    func counts() async throws {
        let generator = CounterGenerator(tag: tag, store: InMemoryCounterStore(tags: [tag]), time: time)
        #expect(generator.nextIfReady() == nil)
        #expect(try await generator.next() == 1)
        #expect(try await generator.next(count: 500) == Array(2...501))
        #expect(try await generator.next() == 502)
        #expect(await errorCode { _ = try await generator.next(count: 0) } == .invalidArgument)
    }

    @Test("gives exactly the count also where the store gives a few at a time, with gaps between")
    func smallReplies() async throws {
        let store = InMemoryCounterStore(tags: [tag], largestReply: 3, stride: 2)
        let generator = CounterGenerator(tag: tag, store: store, time: time)
        #expect(try await generator.next(count: 10) == Array(stride(from: 1, to: 20, by: 2)))
        #expect(store.draws == 4)
    }

    @Test("a hundred callers share a few round trips")
    func coalesces() async throws {
        let store = InMemoryCounterStore(tags: [tag], plan: .script([.delay(.milliseconds(1))]), time: time)
        let generator = CounterGenerator(tag: tag, store: store, time: time)
        let ids = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<100 { group.addTask { try await generator.next() } }
            // The draw sleeps, and so does the alarm of the first caller.
            await time.waitForSleepers(2)
            for _ in 0..<1000 { await Task.yield() }
            time.advance(by: .milliseconds(1))
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(ids == Set(1...100))
        #expect(store.draws < 30)
    }

    @Test("waits for a bounded time; what comes afterwards is nobody's")
    func waitIsBounded() async throws {
        let store = InMemoryCounterStore(tags: [tag], plan: .script([.slowReply(.seconds(3))]), time: time)
        let generator = CounterGenerator(tag: tag, store: store, time: time)
        let waiting = Task { try await generator.next() }
        await time.waitForSleepers(2)
        time.advance(by: .seconds(1))
        #expect(await errorCode { _ = try await waiting.value } == .timedOut)
        let next = Task { try await generator.next() }
        // The draw still in flight, and the alarm of the second caller.
        await time.waitForSleepers(2)
        time.advance(by: .milliseconds(500))
        next.cancel()
        #expect(await errorCode { _ = try await next.value } == .cancelled)
        time.advance(by: .seconds(2))
        #expect(try await generator.next() == 2)
    }

    @Test("a lost reply fails its callers, and its numbers are a gap")
    func lostReply() async throws {
        let store = InMemoryCounterStore(tags: [tag], plan: .script([.errorAfterCommit]), time: time)
        let generator = CounterGenerator(tag: tag, store: store, time: time)
        #expect(await errorCode { _ = try await generator.next(count: 7) } == .storeUnavailable)
        time.advance(by: .seconds(1))
        #expect(try await generator.next() == 8)
    }

    @Test("fails at once while the store is down, and comes back by a check that costs no number")
    func failsFastAndRecovers() async throws {
        let store = InMemoryCounterStore(tags: [tag], time: time)
        let generators = CounterGenerators(store: store, time: time)
        _ = try await generators.next(tag)
        store.beginOutage()
        #expect(await errorCode { _ = try await generators.next(tag) } == .storeUnavailable)
        for _ in 0..<50 { #expect(await errorCode { _ = try await generators.next(tag) } == .storeUnavailable) }
        #expect(store.draws == 2, "nobody asks a store that was just found down")
        #expect(generators.isStarved)
        #expect(await generators.checkStore() != nil)
        #expect(store.checks == 0, "no probe is due yet")
        store.endOutage()
        time.advance(by: .seconds(1))
        #expect(await generators.checkStore() == nil)
        #expect(!generators.isStarved)
        #expect(try await generators.next(tag) == 2)
    }

    @Test("names that are no tags leave nothing behind")
    func unknownTags() async throws {
        let generators = CounterGenerators(store: InMemoryCounterStore(tags: [tag]), time: time)
        for number in 0..<20 {
            let unknown = try Frond.Tag("unknown-\(number)")
            #expect(await errorCode { _ = try await generators.next(unknown) } == .unknownTag)
            #expect(generators.existingGenerator(for: unknown) == nil)
        }
        _ = try await generators.next(tag)
        #expect(generators.existingGenerator(for: tag) != nil)
        #expect(generators.failure == nil)
    }

    @Test("shutdown fails who waits, waits for the draw in flight, and then nothing is given out")
    func shutdown() async throws {
        let store = InMemoryCounterStore(tags: [tag], plan: .script([.delay(.milliseconds(100))]), time: time)
        let generators = CounterGenerators(store: store, time: time)
        let waiting = Task { try await generators.next(tag) }
        await time.waitForSleepers(2)
        let end = Task { await generators.shutdown() }
        #expect(await errorCode { _ = try await waiting.value } == .shutDown)
        time.advance(by: .milliseconds(100))
        await end.value
        #expect(store.next(of: tag) == 2)
        #expect(await errorCode { _ = try await generators.next(tag) } == .shutDown)
    }
}
