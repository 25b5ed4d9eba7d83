import Frond
import FrondTesting
import Testing

/// Run under ThreadSanitizer by `make test-core`.
@Suite("Stress: a counter generator on all cores", .timeLimit(.minutes(10)))
struct CounterStressTests {
    /// A sanitizer makes everything slow: that must not look like a slow store.
    private let policy = CounterPolicy(largestDraw: 40, waitLimit: .seconds(60))

    @Test("no number twice, each caller's numbers increase, and callers share round trips", arguments: [Int.max, 7])
    func manyCallers(largestReply: Int) async throws {
        let tag = try Frond.Tag("order")
        let store = InMemoryCounterStore(tags: [tag], largestReply: largestReply)
        let generator = CounterGenerator(tag: tag, store: store, policy: policy)
        let lists = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for task in 0..<32 {
                group.addTask {
                    var ids: [Int64] = []
                    while ids.count < 1000 {
                        let count = 1 + (ids.count + task) % 5
                        let batch = try await generator.next(count: count)
                        #expect(batch.count == count)
                        ids.append(contentsOf: batch)
                    }
                    return ids
                }
            }
            return try await group.reduce(into: [[Int64]]()) { $0.append($1) }
        }
        for ids in lists { #expect(zip(ids, ids.dropFirst()).allSatisfy(<)) }
        let all = lists.flatMap(\.self)
        #expect(Set(all).count == all.count)
        #expect(store.draws < all.count / 2)
        await generator.shutdown()
    }

    @Test("callers that are cancelled while replies come take no number of anybody else", arguments: 0..<10)
    func cancellations(round: Int) async throws {
        let tag = try Frond.Tag("order")
        let generator = CounterGenerator(tag: tag, store: InMemoryCounterStore(tags: [tag]), policy: policy)
        var issued: [Int64] = []
        await withTaskGroup(of: [Int64].self) { group in
            for task in 0..<200 {
                group.addTask {
                    let asked = Task { try await generator.next(count: 1 + task % 3) }
                    if task % 2 == 0 {
                        for _ in 0..<(task % 7) { await Task.yield() }
                        asked.cancel()
                    }
                    switch await asked.result {
                    case .success(let ids): return ids
                    case .failure(let error):
                        #expect((error as? FrondError)?.code == .cancelled)
                        return []
                    }
                }
            }
            for await ids in group { issued.append(contentsOf: ids) }
        }
        #expect(Set(issued).count == issued.count)
        #expect(issued.count >= 100)
        await generator.shutdown()
    }
}
