public import Logging

/// The counter generators of all tags of one store, each made when it is first asked for.
public final class CounterGenerators: Sendable {
    private let source: CounterSource
    private let generators: TagGenerators<CounterGenerator>

    /// - Parameters:
    ///   - store: the counter.
    ///   - tags: the view that knows the tags: a name without a record reaches no counter, unless missing tags are
    ///     created. Nil if the counter knows the tags itself.
    ///   - logger: gets lines at debug level, and at error level what does not pass without an operator; silent by
    ///     default.
    public init(
        store: any CounterStore, tags: StoreView? = nil, policy: CounterPolicy = CounterPolicy(),
        time: any TimeSource = SystemTimeSource(), logger: Logger? = nil
    ) {
        let source = CounterSource(store: store, tags: tags, policy: policy, time: time, logger: logger ?? .silent)
        self.source = source
        generators = TagGenerators { CounterGenerator(tag: $0, source: source) }
    }

    /// The counter that the numbers are drawn from.
    package var store: any CounterStore { source.store }

    /// The reason for not asking the counter, or for a caller that went without a number; nil while it answers.
    package var failure: FrondError? { source.monitor.problem }

    /// True if a caller went without a number since the counter last answered.
    package var isStarved: Bool { source.monitor.isStarved }

    /// Asks a counter with a problem for something small, if a probe is due, so that recovery needs no traffic.
    /// - Returns: the problem that remains; nil if the counter answers.
    package func checkStore() async -> FrondError? {
        await source.check()
    }

    /// The generator of a tag, known to the store or not: a tag that is unknown fails at its first ID.
    /// - Throws: `shutDown`.
    public func generator(for tag: Tag) throws(FrondError) -> CounterGenerator {
        try generators.generator(for: tag)
    }

    /// The generator of a tag, if it was asked for before.
    package func existingGenerator(for tag: Tag) -> CounterGenerator? {
        generators.existing(for: tag)
    }

    /// The next number of a tag.
    /// - Throws: as ``CounterGenerator/next()``.
    public func next(_ tag: Tag) async throws(FrondError) -> Int64 {
        try await nextRuns(tag, count: 1)[0].first
    }

    /// Exactly `count` numbers of a tag, in order.
    /// - Throws: as ``CounterGenerator/next(count:)``.
    public func next(_ tag: Tag, count: Int) async throws(FrondError) -> [Int64] {
        try await nextRuns(tag, count: count).flatMap(Array.init)
    }

    /// Exactly `count` numbers of a tag as runs, in order.
    package func nextRuns(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        try await generators.withGenerator(of: tag) { (generator) throws(FrondError) in
            try await generator.nextRuns(count: count)
        }
    }

    /// The reason why the store is not being asked; nil where it may be.
    var knownFailure: FrondError? { source.monitor.isDown ? source.monitor.failure : nil }

    /// Asks a store that is down for something small in the background, if a probe is due.
    func probe() { source.probe() }

    /// Ends the generator of a tag that is not wanted any more. A later request for the tag gets a new one.
    func retire(_ tag: Tag) async {
        await generators.retire(tag, by: source.time)
        source.store.forget(tag)
    }

    /// Shuts every generator down, at most `concurrency` tags at a time, and waits for that no longer than `limit`.
    public func shutdown(within limit: Duration = .seconds(5), concurrency: Int = 64) async {
        await generators.shutdown(within: limit, by: source.time, concurrency: concurrency)
    }
}
