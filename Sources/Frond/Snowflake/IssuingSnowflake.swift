/// The snowflake generator as the issuer sees it: one for all tags.
package struct IssuingSnowflake: TagGenerating {
    package let generator: SnowflakeGenerator
    /// The holder of the worker ID; nil where the state of the worker ID is not known here.
    package let keeper: WorkerKeeper?

    package init(_ generator: SnowflakeGenerator, keeper: WorkerKeeper? = nil) {
        self.generator = generator
        self.keeper = keeper
    }

    package init(_ keeper: WorkerKeeper) { self.init(keeper.generator, keeper: keeper) }

    package static let kind = GeneratorKind.snowflake
    package var kind: GeneratorKind { Self.kind }

    package func issueIfReady(_ sequence: Tag, upTo count: Int) -> IssuedIDs.Values? {
        if count == 1 { return generator.nextIfReady().map { .numbers([NumberRun(first: $0, count: 1)]) } }
        return generator.nextBatchIfReady(atMost: min(count, generator.maxCount)).map { .numbers($0.runs) }
    }

    package func issue(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values {
        .numbers(try await generator.nextBatches(count: count).flatMap(\.runs))
    }

    package func issueWithoutWait(_ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values? {
        count == 1 ? issueIfReady(sequence, upTo: 1) : nil
    }

    package var health: GeneratorHealth {
        guard let worker = keeper?.status else { return GeneratorHealth(kind, generator.isOpen ? .up : .down) }
        let status: GeneratorHealth.Status = worker.isReady ? worker.problem == nil ? .up : .degraded : .down
        return GeneratorHealth(kind, status, reason: worker.problem, worker: worker)
    }
}
