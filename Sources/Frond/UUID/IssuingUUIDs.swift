import Synchronization

/// UUIDs as the issuer sees them: they wait for nothing.
package final class IssuingUUIDs<Generator: IDGenerator<UUIDValue>>: TagGenerating {
    private let generator: Generator
    private let wasAsked = Atomic(false)

    package init(_ generator: Generator) {
        self.generator = generator
    }

    package var kind: GeneratorKind { .uuid }

    /// Returns the next UUID without suspension.
    package func nextIfReady() -> UUIDValue? {
        noteDemand()
        return generator.nextIfReady()
    }

    package func issueIfReady(_ sequence: Tag, upTo count: Int) -> IssuedIDs.Values? {
        noteDemand()
        return .uuids((0..<count).compactMap { _ in generator.nextIfReady() })
    }

    package func issue(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values {
        noteDemand()
        return .uuids(try await generator.next(count: count))
    }

    package func issueWithoutWait(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values? {
        try await issue(sequence, count: count)
    }

    /// Written once, so that threads do not take the flag from each other with every request.
    private func noteDemand() {
        if !wasAsked.load(ordering: .relaxed) { wasAsked.store(true, ordering: .relaxed) }
    }

    package var health: GeneratorHealth {
        var health = GeneratorHealth(kind)
        health.alwaysAnswers = true
        health.isInDemand = wasAsked.load(ordering: .relaxed)
        return health
    }
}
