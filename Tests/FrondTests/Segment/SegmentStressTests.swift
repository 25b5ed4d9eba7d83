import Frond
import FrondTesting
import Synchronization
import Testing

/// Run under ThreadSanitizer by `make test-core`.
@Suite("Stress: a segment generator on all cores", .timeLimit(.minutes(10)))
struct SegmentStressTests {
    /// A sanitizer makes everything slow: that must not look like a slow store.
    private func patient(maxStep: Int64) -> SegmentPolicy {
        SegmentPolicy(maxStep: maxStep, waitLimit: .seconds(60))
    }

    @Test(
        "no number twice and each thread's numbers increase, with a switch every few IDs",
        arguments: [(1, 1), (3, 1), (50, 1), (3, 2), (7, 3)] as [(Int64, Int)])
    func switchesUnderLoad(step: Int64, stores: Int) async throws {
        let store = RotatingStore(stores: stores)
        let tag = try Frond.Tag("order")
        _ = try await store.create(tag, TagSettings(step: step))
        let generator = SegmentGenerator(tag: tag, store: store, policy: patient(maxStep: step * 4))
        let perTask = 4000
        let lists = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for task in 0..<8 {
                group.addTask {
                    var ids: [Int64] = []
                    while ids.count < perTask {
                        switch (ids.count + task) % 4 {
                        case 0: ids.append(contentsOf: try await generator.next(count: 1 + ids.count % 5))
                        case 1:
                            guard let run = generator.nextRunIfReady(count: 1 + ids.count % 3) else { fallthrough }
                            ids.append(contentsOf: run)
                        case 2: if let id = generator.nextIfReady() { ids.append(id) } else { fallthrough }
                        default: ids.append(try await generator.next())
                        }
                    }
                    return ids
                }
            }
            return try await group.reduce(into: [[Int64]]()) { $0.append($1) }
        }
        for ids in lists { #expect(zip(ids, ids.dropFirst()).allSatisfy(<)) }
        let all = lists.flatMap(\.self)
        #expect(Set(all).count == all.count)
        await generator.shutdown()
        let record = try #require(try await store.tag(tag))
        #expect(all.allSatisfy { $0 < record.maxID })
    }

    @Test("what is refused at once uses nothing up, however many ask")
    func refusalsUnderLoad() async throws {
        let store = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        _ = try await store.create(tag, TagSettings(step: 100, maxValue: 100))
        let generator = SegmentGenerator(
            tag: tag, store: store, policy: SegmentPolicy(prefetchFraction: 1, waitLimit: .seconds(60)))
        #expect(try await generator.next() == 1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<300_000 where generator.nextRunIfReady(count: 100) != nil {
                        Issue.record("100 numbers of 99")
                    }
                }
            }
        }
        #expect(try await generator.next(count: 99) == Array(2...100))
    }

    @Test("nothing given back was issued, however the shutdown falls", arguments: 0..<20)
    func shutdownUnderLoad(round: Int) async throws {
        let store = InMemorySegmentStore()
        let tag = try Frond.Tag("order")
        _ = try await store.create(tag, TagSettings(step: 10_000))
        let generator = SegmentGenerator(tag: tag, store: store, policy: patient(maxStep: 1_000_000))
        _ = try await generator.next()
        let issued = Counter()
        let highest = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var last: Int64 = 0
                    while let id = generator.nextIfReady() {
                        last = id
                        issued.increment()
                    }
                    return last
                }
            }
            try await waitUntil("enough was issued") { issued.value >= 100 * (round + 1) }
            await generator.shutdown()
            return try await group.reduce(0, max)
        }
        let record = try #require(try await store.tag(tag))
        #expect(highest < record.maxID)
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    func increment() { count.add(1, ordering: .relaxed) }
}
