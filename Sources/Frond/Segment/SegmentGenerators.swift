public import Logging

/// The segment generators of all tags of one store, each made when it is first asked for.
public final class SegmentGenerators: Sendable {
    private let source: SegmentSource
    private let generators: TagGenerators<SegmentGenerator>

    /// - Parameters:
    ///   - store: the store that reserves the numbers, or the ``StoreView`` that the process has of it.
    ///   - logger: gets lines at debug level; silent by default.
    public init(
        store: any SegmentStore, policy: SegmentPolicy = SegmentPolicy(), time: any TimeSource = SystemTimeSource(),
        logger: Logger? = nil
    ) {
        let view = StoreView.of(store, time: time)
        let source = SegmentSource(view: view, policy: policy, time: time, logger: logger ?? .silent)
        self.source = source
        generators = TagGenerators { SegmentGenerator(tag: $0, source: source) }
    }

    /// The store that reserves the numbers, as this process sees it.
    public var store: StoreView { source.view }

    /// The reason for not asking the store, or for a caller that went without a number; nil while the store answers.
    public var failure: FrondError? { source.view.failure }

    /// True if a caller went without a number since the store last answered.
    package var isStarved: Bool { source.monitor.isStarved }

    /// Asks a store with a problem for one row, if a probe is due, so that recovery needs no traffic.
    /// - Returns: the problem that remains; nil if the store answers.
    package func checkStore() async -> FrondError? {
        await source.view.check()
    }

    /// The generator of a tag, known to the store or not: a tag that is unknown fails at its first ID.
    /// - Throws: `shutDown`.
    public func generator(for tag: Tag) throws(FrondError) -> SegmentGenerator {
        try generators.generator(for: tag)
    }

    /// The generator of a tag, if it was asked for before.
    package func existingGenerator(for tag: Tag) -> SegmentGenerator? {
        generators.existing(for: tag)
    }

    /// The next number of a tag if it can be had at once; nil also for a tag not asked for before.
    public func nextIfReady(_ tag: Tag) -> Int64? {
        existingGenerator(for: tag)?.nextIfReady()
    }

    /// The next number of a tag.
    /// - Throws: as ``SegmentGenerator/next()``.
    public func next(_ tag: Tag) async throws(FrondError) -> Int64 {
        try await nextRuns(tag, count: 1)[0].first
    }

    /// Exactly `count` numbers of a tag, in order.
    /// - Throws: as ``SegmentGenerator/next(count:)``.
    public func next(_ tag: Tag, count: Int) async throws(FrondError) -> [Int64] {
        try await nextRuns(tag, count: count).flatMap(Array.init)
    }

    /// Exactly `count` numbers of a tag as runs, in order.
    package func nextRuns(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        try await generators.withGenerator(of: tag) { (generator) throws(FrondError) in
            try await generator.nextRuns(count: count)
        }
    }

    var policy: SegmentPolicy { source.policy }

    /// A caller went without a number because the store did not say what the tag is set to.
    func noteOutcome(_ error: FrondError) { source.monitor.noteOutcome(error) }

    /// Why the store is not being asked; nil where it may be.
    var knownFailure: FrondError? { source.monitor.isDown ? source.monitor.failure : nil }

    /// Exactly `count` numbers from what is reserved already; nil where that is not enough: for a store that is down.
    func nextRunsInHand(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun]? {
        guard let generator = existingGenerator(for: tag) else {
            source.probe()
            return nil
        }
        return try await generator.nextRunsInHand(count: count)
    }

    /// Ends the generator of a tag that is not wanted any more and gives its unused numbers back. Whoever asks for the
    /// tag after all gets a new one.
    func retire(_ tag: Tag) async {
        await generators.retire(tag)
    }

    /// Shuts every generator down and gives the unused numbers back, at most `concurrency` tags at a time.
    ///
    /// What cannot be given back is a gap: where somebody reserved since, all that is left once the store has failed to
    /// take a tail, and the rest when `limit` has passed. Numbers are no longer given out from the call on.
    /// - Parameter limit: how long it may take. A call of the store that does not return goes on by itself.
    public func shutdown(within limit: Duration = .seconds(5), concurrency: Int = 64) async {
        await generators.shutdown(within: limit, by: source.time, concurrency: concurrency)
    }
}
