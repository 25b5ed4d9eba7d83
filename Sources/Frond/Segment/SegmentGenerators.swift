public import Logging

/// The segment generators of all tags of one store, each made on first use.
public final class SegmentGenerators: Sendable {
    private let source: SegmentSource
    private let generators: TagGenerators<SegmentGenerator>

    /// - Parameters:
    ///   - store: the store that reserves the numbers, or the ``StoreView`` that the process has of it.
    ///   - logger: gets lines at debug level, and at error level what does not pass without an operator; silent by
    ///     default.
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

    /// The maximum number of numbers in one reservation, unless the tag's own step is larger.
    package var maxStep: Int64 { source.policy.maxStep }

    /// The reason for not asking the store, or for a caller that went without a number; nil while the store answers.
    package var failure: FrondError? { source.view.failure }

    /// True if a caller went without a number since the store last answered.
    package var isStarved: Bool { source.monitor.isStarved }

    /// Asks a store with a problem for one row, if a probe is due, so that recovery needs no traffic.
    /// - Returns: the problem that remains; nil if the store answers.
    package func checkStore() async -> FrondError? {
        await source.view.check()
    }

    /// Returns the generator of a tag, known to the store or not: an unknown tag fails at its first ID.
    /// - Throws: `shutDown`.
    public func generator(for tag: Tag) throws(FrondError) -> SegmentGenerator {
        try generators.generator(for: tag)
    }

    /// Returns the generator of a tag that was requested before; nil for any other tag.
    package func existingGenerator(for tag: Tag) -> SegmentGenerator? {
        generators.existing(for: tag)
    }

    /// Returns the next number of a tag if it is reserved already; nil also for a tag that was not requested before.
    public func nextIfReady(_ tag: Tag) -> Int64? {
        existingGenerator(for: tag)?.nextIfReady()
    }

    /// Returns the next number of a tag.
    /// - Throws: as ``SegmentGenerator/next()``.
    public func next(_ tag: Tag) async throws(FrondError) -> Int64 {
        try await nextRuns(tag, count: 1)[0].first
    }

    /// Returns exactly `count` numbers of a tag, in order.
    /// - Throws: as ``SegmentGenerator/next(count:)``.
    public func next(_ tag: Tag, count: Int) async throws(FrondError) -> [Int64] {
        try await nextRuns(tag, count: count).flatMap(Array.init)
    }

    /// Returns exactly `count` numbers of a tag as runs, in order.
    package func nextRuns(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun] {
        try await generators.withGenerator(of: tag) { (generator) throws(FrondError) in
            try await generator.nextRuns(count: count)
        }
    }

    var policy: SegmentPolicy { source.policy }

    /// Records that a caller went without a number since the store did not return the settings of its tag.
    func noteOutcome(_ error: FrondError) { source.monitor.recordFailure(error) }

    /// The reason for not asking the store; nil if it may be asked.
    var knownFailure: FrondError? { source.monitor.isDown ? source.monitor.failure : nil }

    /// Returns exactly `count` numbers of those reserved already; nil if there are fewer: for a store that is down.
    func nextRunsInHand(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun]? {
        guard let generator = existingGenerator(for: tag) else {
            source.probe()
            return nil
        }
        return try await generator.nextRunsInHand(count: count)
    }

    /// Ends the generator of a tag that is no longer in use and gives its unused numbers back. A later request for the
    /// tag makes a new one.
    package func retire(_ tag: Tag) async {
        await generators.retire(tag, by: source.time)
    }

    /// Shuts every generator down and gives the unused numbers back, at most `concurrency` tags at a time.
    ///
    /// Numbers that cannot be given back are a gap: if another server reserved since, all that are left once the store
    /// has failed to take a tail, and the rest when `limit` has passed. No number is issued from the call on.
    /// - Parameter limit: the maximum time. A call of the store that does not return goes on by itself.
    public func shutdown(within limit: Duration = .seconds(5), concurrency: Int = 64) async {
        await generators.shutdown(within: limit, by: source.time, concurrency: concurrency)
    }
}
