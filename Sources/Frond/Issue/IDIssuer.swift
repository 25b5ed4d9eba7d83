import Synchronization

/// Issues the IDs of tags as their settings say: by which generators, in which period, in which form.
///
///     let ids = IDIssuer(store: try SQLiteSegmentStore(path: "orders.sqlite"), missingTags: .create)
///     let order = try await ids.next("order")
///     let batch = try await ids.next("order", count: 1000)
///     await ids.shutdown()
///
/// Texts of a tag are kept apart by three things: the numbers of a tag, or of one of its periods, are reserved in a
/// record of their own; the period is in the text; and a text is written by settings that were read after its number
/// was reserved, when they can change no more.
public final class IDIssuer: Sendable {
    /// The interval at which periods are looked for that are over, or about to begin.
    private static let roundInterval = Duration.seconds(30)

    package let generators: GeneratorSet
    /// The generators whose store keeps the settings of tags; nil for an issuer whose tags have none.
    package let segments: SegmentGenerators?
    let directory: TagSettingsCache?
    package let settings: Settings
    let time: any TimeSource
    let rules: IssueStateMachine.Rules
    private let clock = Mutex(SteadyClock())
    let periods = Mutex(PeriodsInUse())

    /// The settings of an issuer besides its generators.
    public struct Settings: Sendable {
        /// The time that one request may take over all generators of its tag. Default 1 second.
        public var waitLimit: Duration
        /// The key of scrambled tags; nil for none.
        public var scrambleKey: ScrambleKey?
        /// The rules of the time zones of periods.
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

    /// An issuer of segments and UUIDs, and of what else is given.
    /// - Parameters:
    ///   - store: reserves the numbers, and keeps the settings of tags.
    ///   - missingTags: the policy for tags without a record; that of the view where `store` is a ``StoreView``.
    ///   - policy: of the segments.
    ///   - snowflake: nil for an issuer without snowflake IDs. A ``WorkerKeeper`` holds its worker ID.
    public convenience init(
        store: any SegmentStore, missingTags: MissingTags = .refuse, policy: SegmentPolicy = SegmentPolicy(),
        snowflake: SnowflakeGenerator? = nil, settings: Settings = Settings(), time: any TimeSource = SystemTimeSource()
    ) {
        let view = store as? StoreView ?? StoreView(store, missingTags: missingTags, time: time)
        self.init(
            segments: SegmentGenerators(store: view, policy: policy, time: time), snowflake: snowflake,
            settings: settings, time: time)
    }

    /// - Parameters:
    ///   - segments: their store is where the settings of tags are read; without them no tag has any.
    ///   - redis: numbers that Redis counts; nil where that is not enabled.
    ///   - tickets: numbers of a database's auto-increment; nil where that is not enabled.
    ///   - snowflake: nil where that is not enabled. A ``WorkerKeeper`` holds its worker ID.
    public convenience init(
        segments: SegmentGenerators?, redis: CounterGenerators? = nil, tickets: CounterGenerators? = nil,
        snowflake: SnowflakeGenerator? = nil, settings: Settings = Settings(), time: any TimeSource = SystemTimeSource()
    ) {
        self.init(
            segments: segments, redis: redis, tickets: tickets,
            issuingSnowflake: snowflake.map { IssuingSnowflake($0) },
            settings: settings, time: time)
    }

    package init(
        segments: SegmentGenerators?, redis: CounterGenerators?, tickets: CounterGenerators?,
        issuingSnowflake: IssuingSnowflake?, settings: Settings, time: any TimeSource
    ) {
        generators = GeneratorSet(
            segments: segments, redis: redis, tickets: tickets, snowflake: issuingSnowflake, time: time)
        self.segments = segments
        directory = segments.map {
            TagSettingsCache(
                store: $0.store, limit: $0.policy.waitLimit, maxWaiters: $0.policy.maxWaiters, time: time)
        }
        self.settings = settings
        self.time = time
        rules = IssueStateMachine.Rules(
            enabled: generators.all.map(\.kind), waitLimit: settings.waitLimit, scrambleKey: settings.scrambleKey,
            zones: settings.zones)
    }

    // MARK: IDs

    /// Issues the next ID of a tag, as text: a decimal, a UUID, or whatever the tag's format says.
    /// - Parameters:
    ///   - format: the format that takes the place of the tag's own.
    ///   - generator: the only generator to ask; nil for those of the tag, in its order.
    /// - Throws: `unknownTag`, `exhausted`, `storeUnavailable`, `timedOut` and what else the generators throw;
    ///   `invalidArgument` for a format that cannot be honoured; `generatorNotOfTag` and `generatorNotEnabled` for a
    ///   generator that cannot be asked; `shutDown`, `cancelled`.
    public func next(
        _ tag: Tag, format: TextFormat? = nil, by generator: GeneratorKind? = nil
    ) async throws(FrondError) -> String {
        let request = IssueRequest(tag, by: generator, format: format)
        if let ids = issueIfReady(request, upTo: 1) { return ids.firstLine }
        return try await issue(request).firstLine
    }

    /// Issues exactly `count` IDs of a tag, in order; never fewer.
    /// - Parameter count: 1 to 16,777,216.
    /// - Throws: as ``next(_:format:by:)``; `invalidArgument` for a count out of range.
    public func next(
        _ tag: Tag, count: Int, format: TextFormat? = nil, by generator: GeneratorKind? = nil
    ) async throws(FrondError) -> IssuedIDs {
        try await issue(IssueRequest(tag, by: generator, format: format), count: count)
    }

    /// Issues exactly `count` IDs.
    /// - Throws: as ``next(_:count:format:by:)``.
    package func issue(_ request: IssueRequest, count: Int = 1) async throws(FrondError) -> IssuedIDs {
        try checkCount(count)
        var machine = IssueStateMachine(request, rules: rules)
        var action = machine.begin()
        while true {
            switch action {
            case .finish(let result):
                return try result.get()
            case .readSettings:
                action = machine.read(
                    await settings(for: request.tag, toleratedBy: machine), now: time.monotonic,
                    wallMilliseconds: steadyMilliseconds)
            case .ask(let kind, let sequence, let limit):
                if sequence != request.tag { noteUse(of: sequence) }
                do throws(FrondError) {
                    guard let generator = generators.source(kind, version: request.uuidVersion) else {
                        throw .notEnabled(kind)
                    }
                    let ids = try await ask(generator, sequence, count: count, within: limit)
                    action = machine.brought(ids, now: time.monotonic)
                } catch {
                    action = machine.failed(error, now: time.monotonic)
                }
            case .confirm(let settles):
                action = machine.confirmed(await confirm(request.tag, settles: settles))
            }
        }
    }

    package func issue(
        _ tag: Tag, count: Int = 1, by generator: GeneratorKind? = nil, format: TextFormat? = nil
    ) async throws(FrondError) -> IssuedIDs {
        try await issue(IssueRequest(tag, by: generator, format: format), count: count)
    }

    /// Issues exactly `count` IDs of which some are at hand.
    package func issue(
        _ request: IssueRequest, count: Int, after atHand: IssuedIDs?
    ) async throws(FrondError) -> IssuedIDs {
        guard let atHand, atHand.count > 0 else { return try await issue(request, count: count) }
        let rest = try await issue(request, count: count - atHand.count)
        if let all = atHand.appending(rest) { return all }
        // The tag was set meanwhile, and what was at hand is in the old form: it is a gap.
        return try await issue(request, count: count)
    }

    /// Asks one generator, within the limit where there is one.
    private func ask(
        _ generator: any TagGenerating, _ sequence: Tag, count: Int, within limit: Duration?
    ) async throws(FrondError) -> IssuedIDs.Values {
        guard let limit else { return try await generator.issue(sequence, count: count) }
        if let ids = try await generator.issueWithoutWait(sequence, count: count) { return ids }
        return try await withDeadline(limit, by: time, for: sequence) { () throws(FrondError) in
            try await generator.issue(sequence, count: count)
        }
    }

    // MARK: Settings

    /// The settings of a tag as this process last read them; nil where there is nowhere to read them.
    package func knowledge(of tag: Tag) async throws(FrondError) -> TagKnowledge? {
        guard let directory else { return nil }
        return try await directory.entry(for: tag)
    }

    /// The settings of a tag as the store has them now, or as this process last read them where it keeps none.
    package func confirmed(_ tag: Tag) async throws(FrondError) -> TagKnowledge {
        guard let directory else { return TagKnowledge(record: nil, isConfirmed: true) }
        return try await directory.confirmed(tag)
    }

    private func settings(
        for tag: Tag, toleratedBy machine: IssueStateMachine
    ) async -> Result<TagKnowledge?, FrondError> {
        do throws(FrondError) {
            return .success(try await knowledge(of: tag))
        } catch {
            if !machine.toleratesFailedReading(error) { segments?.noteOutcome(error) }
            return .failure(error)
        }
    }

    private func confirm(_ tag: Tag, settles: Bool) async -> Result<TagKnowledge, FrondError> {
        do throws(FrondError) {
            guard settles, let directory else { return .success(try await confirmed(tag)) }
            return .success(try await directory.settle(tag))
        } catch {
            segments?.noteOutcome(error)
            return .failure(error)
        }
    }

    /// The rules of creating and changing tags; nil for an issuer without a store of tags.
    package var administration: TagAdministration? {
        let snowflake = generators[IssuingSnowflake.kind] as? IssuingSnowflake
        return segments.map { segments in
            TagAdministration(
                segments.store, zones: settings.zones, layout: snowflake?.generator.layout, time: time)
        }
    }

    // MARK: Running and ending

    /// Reads the settings of tags anew every few seconds, ends periods that are over, and prepares those about to
    /// begin, until the task is cancelled.
    ///
    /// Without it the settings of a tag stay as they were first read.
    public func run() async {
        async let reading: Void? = directory?.run()
        while !Task.isCancelled {
            await time.sleep(until: time.monotonic + Self.roundInterval)
            if !Task.isCancelled { await keepPeriods() }
        }
        _ = await reading
    }

    /// Stops issuing and gives back the numbers that were reserved and not issued; what cannot be given back is a gap.
    /// - Parameter limit: the time that this may take.
    public func shutdown(within limit: Duration = .seconds(5)) async {
        await generators.shutdown(within: limit)
    }

    /// The state of each enabled generator, as far as it is known without a question to its store.
    public var health: [GeneratorHealth] { generators.health }

    // MARK: Time

    var steadyMilliseconds: Int64 {
        let now = time.wallMilliseconds
        return clock.withLock { $0.read(wallMilliseconds: now) }
    }
}
