public import Frond

/// The generators that a server hands IDs out from; nil where one is not enabled.
public struct ServedGenerators: Sendable {
    public let segments: SegmentGenerators?
    /// Holds the worker ID of the snowflake generator; the server runs it.
    public let snowflake: WorkerKeeper?
    /// Numbers that Redis counts.
    public let redis: CounterGenerators?
    /// Numbers of a database's auto-increment.
    public let tickets: CounterGenerators?
    public let timeOrderedUUID = TimeOrderedUUIDGenerator()
    public let randomUUID = RandomUUIDGenerator()
    /// Asks them for the IDs of a tag, as its settings say.
    public let issuer: IDIssuer

    public init(
        segments: SegmentGenerators?, snowflake: WorkerKeeper? = nil, redis: CounterGenerators? = nil,
        tickets: CounterGenerators? = nil, settings: IDIssuer.Settings = IDIssuer.Settings()
    ) {
        issuer = IDIssuer(
            segments: segments, redis: redis, tickets: tickets, snowflake: snowflake?.generator, settings: settings)
        self.segments = segments
        self.snowflake = snowflake
        self.redis = redis
        self.tickets = tickets
    }

    /// Ends all generators at the same time, gives back what was reserved and not issued, and returns by the limit.
    func shutdown(within limit: Duration) async {
        async let redisEnd: Void? = redis?.shutdown(within: limit)
        async let ticketsEnd: Void? = tickets?.shutdown(within: limit)
        await segments?.shutdown(within: limit)
        _ = await (redisEnd, ticketsEnd)
    }

    /// Where the answers of a hot route come from; nil until the ordinary route has used it, and for a tag whose IDs are
    /// not plain decimals. Holds as long as ``IDIssuer/version`` stays.
    func source(for route: HotRoute) -> HotSource? {
        guard issuer.isPlain(route.tag, by: route.kind.generator) else { return nil }
        switch route.kind {
        case .segment:
            return segments?.existingGenerator(for: route.tag).map { generator in
                route.count.map { .range(generator, count: $0) } ?? .one(generator)
            }
        case .snowflake: return snowflake.map { .one($0.generator) }
        case .redis: return redis?.existingGenerator(for: route.tag).map { .later($0, count: route.count ?? 1) }
        case .ticket: return tickets?.existingGenerator(for: route.tag).map { .later($0, count: route.count ?? 1) }
        }
    }
}
