/// Counters as the issuer sees them: every number is a question to their store.
package struct IssuingCounters: TagGenerating {
    package let kind: GeneratorKind
    package let generators: CounterGenerators

    package init(_ kind: GeneratorKind, _ generators: CounterGenerators) {
        self.kind = kind
        self.generators = generators
    }

    package func issueIfReady(_ sequence: Tag, upTo count: Int) -> IssuedIDs.Values? { nil }

    package func issue(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values {
        .numbers(try await generators.nextRuns(sequence, count: count))
    }

    package func issueWithoutWait(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values? {
        guard let failure = generators.knownFailure else { return nil }
        generators.probe()
        throw failure
    }

    package var health: GeneratorHealth {
        GeneratorHealth(kind, failure: generators.failure, isStarved: generators.isStarved)
    }

    package func checkStore() async -> FrondError? { await generators.checkStore() }
    package func retire(_ sequence: Tag) async { await generators.retire(sequence) }
    package func shutdown(within limit: Duration) async { await generators.shutdown(within: limit) }
}
