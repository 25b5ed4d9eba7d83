public import Frond

/// The generators that a server hands IDs out from; nil where one is not enabled.
public struct ServedGenerators: Sendable {
    public var segments: SegmentGenerators?
    /// Holds the worker ID of the snowflake generator; the server runs it.
    public var snowflake: WorkerKeeper?
    /// Numbers that Redis counts.
    public var redis: CounterGenerators?
    /// Numbers of a database's auto-increment.
    public var tickets: CounterGenerators?
    public var timeOrderedUUID = TimeOrderedUUIDGenerator()
    public var randomUUID = RandomUUIDGenerator()

    public init(
        segments: SegmentGenerators?, snowflake: WorkerKeeper? = nil, redis: CounterGenerators? = nil,
        tickets: CounterGenerators? = nil
    ) {
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

    /// Where the answers of a hot route come from; nil until the ordinary route has used it.
    func source(for route: HotRoute) -> HotSource? {
        switch route.kind {
        case .segment:
            segments?.existingGenerator(for: route.tag).map { generator in
                route.count.map { .range(generator, count: $0) } ?? .one(generator)
            }
        case .snowflake: snowflake.map { .one($0.generator) }
        case .redis: redis?.existingGenerator(for: route.tag).map { .later($0, count: route.count ?? 1) }
        case .ticket: tickets?.existingGenerator(for: route.tag).map { .later($0, count: route.count ?? 1) }
        }
    }
}
