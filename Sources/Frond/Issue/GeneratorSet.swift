/// The generators of one issuer, each kind once.
package struct GeneratorSet: Sendable {
    /// In the order in which the first answers for a tag that names none.
    package let all: [any TagGenerating]
    private let randomUUIDs = IssuingUUIDs(RandomUUIDGenerator())

    package init(
        segments: SegmentGenerators?, redis: CounterGenerators? = nil, tickets: CounterGenerators? = nil,
        snowflake: IssuingSnowflake? = nil, time: any TimeSource
    ) {
        let enabled: [(any TagGenerating)?] = [
            segments, redis.map { IssuingCounters(.redis, $0) }, tickets.map { IssuingCounters(.ticket, $0) },
            snowflake, IssuingUUIDs(TimeOrderedUUIDGenerator(time: time)),
        ]
        all = enabled.compactMap(\.self)
    }

    package subscript(_ kind: GeneratorKind) -> (any TagGenerating)? { all.first { $0.kind == kind } }

    package func has(_ kind: GeneratorKind) -> Bool { self[kind] != nil }

    /// The generator of a kind; nil where it is not enabled.
    /// - Parameter version: of UUIDs; nil for the usual one.
    package func source(_ kind: GeneratorKind, version: UUIDVersion?) -> (any TagGenerating)? {
        version == .random && !kind.makesNumbers ? randomUUIDs : self[kind]
    }

    /// The state of each generator, as far as it is known without a question to its store.
    package var health: [GeneratorHealth] { all.map { health(of: $0) } }

    /// The state of one generator; nil where it is not enabled.
    package func health(of kind: GeneratorKind) -> GeneratorHealth? { self[kind].map { health(of: $0) } }

    private func health(of generator: any TagGenerating) -> GeneratorHealth {
        var health = generator.health
        if !health.generator.makesNumbers, randomUUIDs.health.isInDemand { health.isInDemand = true }
        return health
    }

    /// Shuts all generators down at the same time, and returns by the limit.
    package func shutdown(within limit: Duration) async {
        await withTaskGroup(of: Void.self) { tasks in
            for generator in all { tasks.addTask { await generator.shutdown(within: limit) } }
        }
    }
}
