import Synchronization

/// Hands out the IDs of tags as their settings say: by which generators, in which period, in which form.
///
/// What keeps texts apart: the numbers of a tag, or of one of its periods, are reserved in a record of their own; the
/// period is in the text; and a text is written by settings that were read after its number was reserved, when they
/// can change no more.
public final class IDIssuer: Sendable {
    /// How often a request begins anew because the tag was being set meanwhile.
    private static let maxRounds = 4
    /// How often periods are looked for that are over, or about to begin.
    private static let roundInterval = Duration.seconds(30)

    let sources: ChainSources
    let directory: TagSettingsCache?
    let settings: Settings
    let time: any TimeSource
    private let clock = Mutex(SteadyClock())
    let periods = Mutex(PeriodsInUse())

    /// What an issuer needs to know besides its generators.
    public struct Settings: Sendable {
        /// How long one request may take over all generators of its tag. Default 1 second.
        public var waitLimit: Duration
        /// The key of scrambled tags; nil for none.
        public var scrambleKey: ScrambleKey?
        /// Where periods of tags find their time zones.
        public var zones: any TimeZoneRules

        public init(
            waitLimit: Duration = .seconds(1), scrambleKey: ScrambleKey? = nil,
            zones: any TimeZoneRules = FixedTimeZones()
        ) {
            self.waitLimit = waitLimit
            self.scrambleKey = scrambleKey
            self.zones = zones
        }
    }

    /// - Parameters:
    ///   - segments: their store is where the settings of tags are read; without them no tag has any.
    ///   - redis, tickets, snowflake: nil where one is not enabled.
    public init(
        segments: SegmentGenerators?, redis: CounterGenerators? = nil, tickets: CounterGenerators? = nil,
        snowflake: SnowflakeGenerator? = nil, settings: Settings = Settings(), time: any TimeSource = SystemTimeSource()
    ) {
        sources = ChainSources(
            segments: segments, redis: redis, tickets: tickets, snowflake: snowflake,
            timeOrderedUUID: TimeOrderedUUIDGenerator(time: time), time: time)
        directory = segments.map {
            TagSettingsCache(
                store: $0.store, limit: $0.policy.waitLimit, maxWaiters: $0.policy.maxWaiters, time: time)
        }
        self.settings = settings
        self.time = time
    }

    // MARK: IDs

    /// Exactly `count` IDs of a tag.
    /// - Parameters:
    ///   - generator: the only one to ask; nil for those of the tag, in its order.
    ///   - format: instead of the tag's.
    /// - Throws: `generatorNotOfTag` for a generator that the tag does not name; else what the generators say.
    package func issue(
        _ tag: Tag, count: Int = 1, by generator: GeneratorKind? = nil, format: TextFormat? = nil
    ) async throws(FrondError) -> IssuedIDs {
        try checkCount(count)
        for _ in 0..<Self.maxRounds {
            let entry = try await entry(for: tag, asked: generator)
            let generators = try chain(of: tag, entry?.options ?? TagOptions(), asked: generator)
            let form = try TagForm(
                tag, entry?.record, format: format, wallMilliseconds: steadyMilliseconds, zones: settings.zones,
                scrambleKey: settings.scrambleKey)
            if form.sequence != tag { noteUse(of: form.sequence) }
            let ids = try await ids(of: form, generators, count: count)
            if try await stands(entry, for: tag, numbersBy: ids.generator) { return ids }
        }
        throw FrondError(
            .storeUnavailable, "tag '\(tag)' is being set again and again: ask once more", retryAfter: .seconds(1))
    }

    /// Exactly `count` numbers of a tag, for answers that have no room for texts.
    /// - Throws: `invalidArgument` for a tag whose IDs are texts, or begin again with each period.
    package func numbers(
        _ tag: Tag, count: Int, by generator: GeneratorKind
    ) async throws(FrondError) -> [NumberRun] {
        let options = try await entry(for: tag, asked: generator)?.options ?? TagOptions()
        if !options.isWritten {
            switch try await issue(tag, count: count, by: generator).values {
            case .numbers(let runs): return runs
            case .integers(let integers): return integers.map { NumberRun(first: $0, count: 1) }
            case .uuids, .texts: break
            }
        }
        throw FrondError(
            .invalidArgument,
            "the IDs of tag '\(tag)' are texts and no numbers: ask for them over HTTP, at /api/id/\(tag)")
    }

    /// What is known of a tag. Whoever wants a UUID or a snowflake ID of a tag that was never read gets a plain one though
    /// the store does not answer: neither comes from there, and for most the tag is a name for statistics.
    private func entry(for tag: Tag, asked generator: GeneratorKind?) async throws(FrondError) -> TagSettingsCache
        .Entry?
    {
        guard let directory else { return nil }
        do throws(FrondError) {
            return try await directory.entry(for: tag)
        } catch {
            guard generator == .uuid || generator == .snowflake, error.mayFallBack else {
                sources.segments?.noteOutcome(error)
                throw error
            }
            return nil
        }
    }

    /// - Throws: `generatorNotOfTag` for a generator that the tag does not name.
    package func check(_ tag: Tag, allows generator: GeneratorKind) async throws(FrondError) {
        let entry = try await entry(for: tag, asked: generator)
        _ = try chain(of: tag, entry?.options ?? TagOptions(), asked: generator)
    }

    /// Asks the generators in turn, and writes what the first one brings that can.
    private func ids(
        of form: TagForm, _ generators: [GeneratorKind], count: Int
    ) async throws(FrondError) -> IssuedIDs {
        if generators.count == 1 {
            let values = try await sources.ask(generators[0], form.sequence(for: generators[0]), count: count)
            return try form.write(values, by: generators[0])
        }
        var chain = FallbackChain(
            tag: form.tag, generators: generators, limit: settings.waitLimit, now: time.monotonic)
        var step = chain.begin(now: time.monotonic)
        while true {
            switch step {
            case .fail(let error): throw error
            case .ask(let kind, let limit):
                do throws(FrondError) {
                    let values = try await sources.ask(kind, form.sequence(for: kind), count: count, within: limit)
                    return try form.write(values, by: kind)
                } catch {
                    step = chain.failed(error, now: time.monotonic)
                }
            }
        }
    }

    /// Whether what a request was answered by still stands now that its numbers are reserved; they are a gap if not.
    private func stands(
        _ entry: TagSettingsCache.Entry?, for tag: Tag, numbersBy generator: GeneratorKind
    ) async throws(FrondError) -> Bool {
        guard let directory, let entry, !entry.isConfirmed, generator != .uuid else { return true }
        let movesRecord = entry.options.period == nil && (generator == .segment || generator == .redis)
        // A snowflake ID of a name that has no settings is nobody's business; a ticket is a number that a text may be like.
        if !movesRecord, generator != .ticket, entry.options == TagOptions() { return true }
        do throws(FrondError) {
            let now = try await movesRecord ? directory.confirmed(tag) : directory.settle(tag)
            return now.options == entry.options && now.scrambledRange == entry.scrambledRange
        } catch {
            sources.segments?.noteOutcome(error)
            throw error
        }
    }

    /// Which generators a request asks.
    private func chain(
        of tag: Tag, _ options: TagOptions, asked: GeneratorKind?
    ) throws(FrondError) -> [GeneratorKind] {
        guard let asked else {
            if !options.generators.isEmpty { return options.generators }
            return [GeneratorKind.segment, .redis, .ticket, .snowflake].first { sources.has($0) }.map { [$0] } ?? [
                .uuid
            ]
        }
        guard options.generators.isEmpty || options.generators.contains(asked) else {
            throw .notOfTag(tag, asked, options.generators)
        }
        // Its numbers begin at 1 as those of the record do: plain, they are two sequences of two routes; where the tag says
        // how its IDs are written, they would be the same texts.
        if asked == .ticket, options.generators.isEmpty, options.isWritten {
            throw .notOfTag(tag, asked, [.segment, .redis].filter { sources.has($0) })
        }
        return [asked]
    }

    // MARK: What event loops may do by themselves

    /// Grows when an answer of ``isPlain(_:by:)`` may no longer hold.
    package var version: Int { directory?.version ?? 0 }

    /// Whether IDs of a tag are decimals and nothing else, as far as this server has read.
    package func isPlain(_ tag: Tag, by generator: GeneratorKind) -> Bool {
        guard let directory else { return true }
        guard let entry = directory.known(tag), entry.options == TagOptions() else { return false }
        // The record knows nothing of these, so that nothing is to be waited for.
        return generator == .snowflake || generator == .uuid || entry.isConfirmed
    }

    // MARK: Time

    var steadyMilliseconds: Int64 {
        let now = time.wallMilliseconds
        return clock.withLock { $0.read(wallMilliseconds: now) }
    }

    /// Reads the settings of tags anew, and sees to their periods, until the task is cancelled.
    package func run() async {
        async let reading: Void? = directory?.run()
        while !Task.isCancelled {
            await time.sleep(until: time.monotonic + Self.roundInterval)
            if !Task.isCancelled { await keepPeriods() }
        }
        _ = await reading
    }
}

extension TagForm {
    /// Segments and counters in Redis take their numbers from the record of a period; the other generators know none.
    package func sequence(for generator: GeneratorKind) -> Tag {
        switch generator {
        case .segment, .redis: sequence
        case .ticket, .snowflake, .uuid: tag
        }
    }
}

extension FrondError {
    /// A generator that a tag does not name.
    package static func notOfTag(_ tag: Tag, _ generator: GeneratorKind, _ generators: [GeneratorKind]) -> FrondError {
        let names = generators.map(\.rawValue).joined(separator: ", ")
        return FrondError(
            .generatorNotOfTag,
            "tag '\(tag)' is not served by \(generator.rawValue): its generators are \(names); ask /api/id/\(tag)")
    }
}
