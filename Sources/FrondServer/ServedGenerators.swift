public import Frond

/// The issuer that a server hands IDs out from, and the worker ID that the server keeps for it.
public struct ServedGenerators: Sendable {
    public let issuer: IDIssuer
    /// The holder of the snowflake generator's worker ID, which the server runs; nil without snowflake IDs.
    public let snowflake: WorkerKeeper?

    /// - Parameters:
    ///   - redis: numbers that Redis counts; nil where that is not enabled.
    ///   - tickets: numbers of a database's auto-increment; nil where that is not enabled.
    public init(
        segments: SegmentGenerators?, snowflake: WorkerKeeper? = nil, redis: CounterGenerators? = nil,
        tickets: CounterGenerators? = nil, settings: IDIssuer.Settings = IDIssuer.Settings()
    ) {
        issuer = IDIssuer(
            segments: segments, redis: redis, tickets: tickets,
            issuingSnowflake: snowflake.map { IssuingSnowflake($0) },
            settings: settings, time: SystemTimeSource())
        self.snowflake = snowflake
    }

    /// The source of the answers of a hot route; nil until the ordinary route has used it, and for a tag whose IDs are
    /// not plain decimals. Holds as long as ``IDIssuer/version`` stays.
    func source(for route: HotRoute) -> HotSource? {
        source(of: route.kind, for: route.tag, count: route.count)
    }

    /// - Parameters:
    ///   - version: of UUIDs; nil for the usual one.
    ///   - count: nil for one.
    func source(of kind: GeneratorKind, version: UUIDVersion? = nil, for tag: Tag, count: Int?) -> HotSource? {
        guard issuer.isPlain(tag, by: kind) else { return nil }
        let generator = issuer.generators.source(kind, version: version) as? any HotAnswering
        return generator?.hotSource(for: tag, count: count)
    }
}
