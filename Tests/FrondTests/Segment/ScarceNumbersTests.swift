import Frond
import FrondTesting
import Testing

@Suite("Requests for more IDs than are left", .timeLimit(.minutes(5)))
struct ScarceNumbersTests {
    private let tag: Frond.Tag
    private let store = InMemorySegmentStore()
    /// Waits as long as a busy machine takes: only a fault meets the bound.
    private let patient = SegmentPolicy(waitLimit: .seconds(240))

    init() throws {
        tag = try Frond.Tag("order")
    }

    private func code(_ call: () async throws -> Void) async -> FrondError.Code? {
        do {
            try await call()
            return nil
        } catch {
            return (error as? FrondError)?.code
        }
    }

    @Test("more than there are is an error that takes nothing, and smaller requests get all of them")
    func tooMany() async throws {
        _ = try await store.create(tag, TagSettings(maxValue: 9999))
        let generator = SegmentGenerator(tag: tag, store: store, policy: patient)
        #expect(await code { _ = try await generator.next(count: 10_000) } == .exhausted)
        #expect(try await store.tag(tag)?.maxID == 1)
        #expect(try await generator.next(count: 9000) == Array(1...9000))
        #expect(await code { _ = try await generator.next(count: 1000) } == .exhausted)
        #expect(try await generator.next(count: 999) == Array(9001...9999))
        #expect(await code { _ = try await generator.next() } == .exhausted)
    }

    @Test("what a request had in hand when it failed is issued to others, in order", arguments: [1, 7, 40])
    func partInHand(taken: Int) async throws {
        _ = try await store.create(tag, TagSettings(step: 50, maxValue: 1000))
        let generator = SegmentGenerator(
            tag: tag, store: store, policy: SegmentPolicy(prefetchFraction: 1, waitLimit: .seconds(240)))
        var numbers = try await generator.next(count: taken)
        for _ in 0..<3 {
            #expect(await code { _ = try await generator.next(count: 1001) } == .exhausted)
            numbers += try await generator.next(count: 3)
        }
        while let number = try? await generator.next() { numbers.append(number) }
        #expect(numbers == Array(1...1000))
    }

    @Test("a request beside one that is too large gets its numbers")
    func besideOthers() async throws {
        _ = try await store.create(tag, TagSettings(step: 5, maxValue: 200))
        let generator = SegmentGenerator(tag: tag, store: store, policy: patient)
        let tag = tag
        let outcomes = await withTaskGroup(of: [Int64]?.self) { group in
            for index in 0..<60 {
                group.addTask {
                    try? await generator.next(count: index % 3 == 0 ? 5000 : 4)
                }
            }
            return await group.reduce(into: [[Int64]?]()) { $0.append($1) }
        }
        let numbers = outcomes.compactMap(\.self).joined().sorted()
        #expect(outcomes.filter { $0 == nil }.count == 20)
        #expect(numbers == Array(1...160), "tag \(tag)")
        #expect(try await generator.next(count: 40) == Array(161...200))
    }

    @Test("two servers share a range that is small for the step, and one that ends in the middle loses little")
    func shared() async throws {
        _ = try await store.create(tag, TagSettings(maxValue: 999))
        let generators = (0..<2).map { _ in SegmentGenerator(tag: tag, store: store, policy: patient) }
        var numbers: [[Int64]] = [[], []]
        for _ in 0..<300 {
            for index in 0..<2 { numbers[index].append(try await generators[index].next()) }
        }
        #expect(Set(numbers.joined()).count == 600)
        // The first dies with what it has; the second goes on to the end.
        while let number = try? await generators[1].next() { numbers[1].append(number) }
        let all = Set(numbers.joined())
        #expect(all.count == numbers.joined().count && all.count > 999 - 2 * 999 / 16)
        #expect(all.max() == 999)
    }

    @Test("a counter that shares its draws serves the callers that can be served, and loses nothing of the others")
    func counters() async throws {
        let policy = CounterPolicy()
        var queue = CounterQueue<Int>(tag: tag, policy: policy)
        let exhausted = FrondError(.exhausted, "few")
        #expect(queue.enter(1, count: 1, waiter: 1, now: .zero).draw == 1)
        // While the first draw is in flight a large request and a small one come.
        #expect(queue.enter(2, count: 100, waiter: 2, now: .zero).draw == nil)
        #expect(queue.enter(3, count: 2, waiter: 3, now: .zero).draw == nil)
        var effects = queue.drawn([NumberRun(first: 1, count: 1)])
        #expect(effects.draw == 102)
        effects = queue.drawn([NumberRun(first: 2, count: 5)])
        #expect(effects.deliveries.isEmpty && effects.draw == 97)
        // Too few for both: first the large one alone, which fails; its five numbers serve the small one.
        effects = queue.drawFailed(exhausted)
        #expect(effects.deliveries.isEmpty && effects.draw == 95)
        effects = queue.drawFailed(exhausted)
        #expect(effects.draw == nil)
        #expect(effects.deliveries.map(\.waiter) == [2, 3])
        #expect(try effects.deliveries[1].outcome.get() == [NumberRun(first: 2, count: 2)])
        effects = queue.enter(4, count: 3, waiter: 4, now: .zero)
        #expect(try effects.deliveries.first?.outcome.get() == [NumberRun(first: 4, count: 3)])
    }
}
