extension SegmentGenerators: TagGenerating {
    package static let kind = GeneratorKind.segment
    package var kind: GeneratorKind { Self.kind }

    package func issueIfReady(_ sequence: Tag, upTo count: Int) -> IssuedIDs.Values? {
        existingGenerator(for: sequence)?.nextRunIfReady(count: count).map { .numbers([$0]) }
    }

    package func issue(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values {
        .numbers(try await nextRuns(sequence, count: count))
    }

    package func issueWithoutWait(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values? {
        if let failure = knownFailure {
            guard let runs = try await nextRunsInHand(sequence, count: count) else { throw failure }
            return .numbers(runs)
        }
        guard count == 1, let number = nextIfReady(sequence) else { return nil }
        return .numbers([NumberRun(first: number, count: 1)])
    }

    package var health: GeneratorHealth { GeneratorHealth(kind, failure: failure, isStarved: isStarved) }

    package func shutdown(within limit: Duration) async { await shutdown(within: limit, concurrency: 64) }
}
