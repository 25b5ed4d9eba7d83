import Frond
import FrondBench

extension GeneratorBenchmark {
    /// Measures what touching many tags costs: the time for an ID, and memory.
    /// - Parameter count: how many tags: 1 or more.
    /// - Throws: ``FrondError`` where a generator fails.
    static func measureManyTags(count: Int = 100_000) async throws -> ManyTagsReport {
        try await measureManyTags(count: count, idsPerRound: 1_000_000)
    }

    static func measureManyTags(count: Int, idsPerRound: Int) async throws -> ManyTagsReport {
        precondition(count >= 1, "one tag or more")
        let store = BenchmarkStore()
        var tags: [Tag] = []
        tags.reserveCapacity(count)
        for number in 0..<count {
            let tag = try Tag("bench-\(number)")
            tags.append(tag)
            // Long segments: what is measured is the generator, not the store.
            _ = try await store.create(tag, TagSettings(step: 1 << 32))
            // Once, so that what the store keeps of a reservation is there before memory is measured.
            _ = try await store.reserve(tag, atLeast: nil, after: nil)
        }
        let alone = SegmentGenerators(store: store)
        let few = tags.prefix(ManyTagsReport.fewTags)
        for tag in few { _ = try await alone.next(tag) }

        let many = SegmentGenerators(store: store)
        let before = residentBytes()
        for tag in tags { _ = try await many.next(tag) }
        let after = residentBytes()

        var rounds: [(alone: Double, among: Double, all: Double)] = []
        for _ in 0..<7 {
            rounds.append(
                (
                    try nanosecondsPerID(alone, few, ids: idsPerRound),
                    try nanosecondsPerID(many, few, ids: idsPerRound),
                    try nanosecondsPerID(many, tags[...], ids: idsPerRound)
                ))
        }
        return ManyTagsReport(
            tags: count, nanosecondsPerIDFewTagsAlone: median(rounds.map(\.alone)),
            nanosecondsPerIDFewTagsAmongMany: median(rounds.map(\.among)),
            nanosecondsPerIDAllTags: median(rounds.map(\.all)),
            residentBytesPerTag: before.flatMap { before in after.map { Double($0 - before) / Double(count) } })
    }

    /// Of about that many IDs, over the tags in turn.
    private static func nanosecondsPerID(
        _ generators: SegmentGenerators, _ tags: ArraySlice<Tag>, ids: Int
    ) throws(FrondError) -> Double {
        let passes = max(1, ids / tags.count)
        let start = ContinuousClock.now
        for _ in 0..<passes {
            for tag in tags where generators.nextIfReady(tag) == nil {
                throw FrondError(.storeUnavailable, "tag '\(tag)' has no number ready, amid its segment")
            }
        }
        return start.duration(to: .now).seconds * 1e9 / Double(passes * tags.count)
    }
}
