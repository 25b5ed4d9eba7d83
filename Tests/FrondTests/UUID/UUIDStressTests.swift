import Testing

@testable import Frond

/// To be run under ThreadSanitizer as well.
@Suite("UUIDs on many threads", .timeLimit(.minutes(10)))
struct UUIDStressTests {
    @Test("threads have random words of their own, and so have those that come after them")
    func randomWords() async throws {
        let random = RandomWords()
        var words: [UInt64] = []
        for _ in 0..<50 {
            words += try await onThreads(4) { (0..<500).map { _ in random.next() } }.flatMap(\.self)
        }
        #expect(words.count == 100_000)
        #expect(Set(words).count == words.count)
        #expect(!words.contains(0), "a word that was overwritten came again")
    }

    @Test("version 4: none comes twice")
    func random() async throws {
        let generator = RandomUUIDGenerator()
        let uuids = try await onThreads(4) { (0..<20_000).compactMap { _ in generator.nextIfReady() } }.flatMap(\.self)
        #expect(uuids.count == 80_000)
        #expect(Set(uuids).count == uuids.count)
    }

    @Test("version 7 strictly increases in every thread, and none comes twice")
    func timeOrdered() async throws {
        let generator = TimeOrderedUUIDGenerator()
        let lists = try await onThreads(4) { (0..<20_000).compactMap { _ in generator.nextIfReady() } }
        for list in lists { #expect(zip(list, list.dropFirst()).allSatisfy(<)) }
        let words = lists.joined().map { ($0.high >> 16) << 12 | $0.high & 0xFFF }
        #expect(words.count == 80_000)
        #expect(Set(words).count == words.count, "the time and the counter alone are unlike in one generator")
    }

    /// The results of threads that the system switches between wherever it likes. Each ends with its work: the next
    /// one may get its memory.
    private func onThreads<Value: Sendable>(
        _ count: Int, _ work: @escaping @Sendable () -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for _ in 0..<count { group.addTask { try await BlockingThread().run { work() } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
