public import Logging
import Synchronization

/// The segment generators of all tags of one store, each made when it is first asked for.
public final class SegmentGenerators: Sendable {
    private let source: SegmentSource
    private let generators = Mutex<[Tag: SegmentGenerator]>([:])

    /// - Parameter logger: gets lines at debug level; silent by default.
    public init(
        store: any SegmentStore, policy: SegmentPolicy = SegmentPolicy(), time: any TimeSource = SystemTimeSource(),
        logger: Logger? = nil
    ) {
        source = SegmentSource(store: store, policy: policy, time: time, logger: logger ?? .silent)
    }

    /// Where the numbers are reserved.
    public var store: any SegmentStore { source.store }

    /// Why the store is not being asked; nil while it answers.
    public var failure: FrondError? { source.failure }

    /// Whether a caller went without a number since the store last answered.
    public var isStarved: Bool { source.isStarved }

    /// Asks a store that failed whether it answers again, so that recovery needs no traffic.
    /// - Returns: why it does not; nil if it does.
    public func checkStore() async -> FrondError? {
        await source.check()
    }

    /// The generator of a tag, known to the store or not: a tag that is unknown fails at its first ID.
    public func generator(for tag: Tag) -> SegmentGenerator {
        generators.withLock { generators in
            if let generator = generators[tag] { return generator }
            let generator = SegmentGenerator(tag: tag, source: source)
            generators[tag] = generator
            return generator
        }
    }

    /// The generator of a tag, if it was asked for before.
    package func existingGenerator(for tag: Tag) -> SegmentGenerator? {
        generators.withLock { $0[tag] }
    }

    /// The next number of a tag if it can be had at once; nil also for a tag not asked for before.
    public func nextIfReady(_ tag: Tag) -> Int64? {
        existingGenerator(for: tag)?.nextIfReady()
    }

    /// The next number of a tag.
    /// - Throws: as ``SegmentGenerator/next()``.
    public func next(_ tag: Tag) async throws(FrondError) -> Int64 {
        try await nextRanges(tag, count: 1)[0].lowerBound
    }

    /// Exactly `count` numbers of a tag, in order.
    /// - Throws: as ``SegmentGenerator/next(count:)``.
    public func next(_ tag: Tag, count: Int) async throws(FrondError) -> [Int64] {
        try await nextRanges(tag, count: count).flatMap(Array.init)
    }

    /// Exactly `count` numbers of a tag as ranges, in order.
    package func nextRanges(_ tag: Tag, count: Int) async throws(FrondError) -> [Range<Int64>] {
        while true {
            let generator = generator(for: tag)
            do {
                return try await generator.nextRanges(count: count)
            } catch {
                let wasForgotten = forgetIfUnused(generator)
                // Somebody else forgot it between our look and our call: look again.
                if error.code == .shutDown, wasForgotten { continue }
                throw error
            }
        }
    }

    /// Keeps no memory of names that are no tags: whoever asks for a million of them must not fill it.
    /// - Returns: whether another caller had forgotten it before.
    private func forgetIfUnused(_ generator: SegmentGenerator) -> Bool {
        generators.withLock { generators in
            guard generators[generator.tag] === generator else { return true }
            if generator.closeIfUnused() { generators[generator.tag] = nil }
            return false
        }
    }

    /// Shuts every generator down and gives the unused numbers back, at most `concurrency` tags at a time.
    public func shutdown(concurrency: Int = 16) async {
        let all = generators.withLock { Array($0.values) }
        await withTaskGroup(of: Void.self) { group in
            for (index, generator) in all.enumerated() {
                if index >= concurrency { await group.next() }
                group.addTask { await generator.shutdown() }
            }
        }
    }
}
