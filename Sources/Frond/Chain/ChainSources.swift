/// The generators that a server has, each asked in its own way; nil where one is not enabled.
struct ChainSources: Sendable {
    let segments: SegmentGenerators?
    let redis: CounterGenerators?
    let tickets: CounterGenerators?
    let snowflake: SnowflakeGenerator?
    let timeOrderedUUID: TimeOrderedUUIDGenerator
    let time: any TimeSource

    /// Asks one generator, which has nobody to fall back on and waits as it always does.
    /// - Parameter sequence: the tag, or the record of its present period.
    func ask(_ kind: GeneratorKind, _ sequence: Tag, count: Int) async throws(FrondError) -> IssuedIDs.Values {
        switch kind {
        case .segment: .numbers(try await enabled(segments, kind).nextRuns(sequence, count: count))
        case .redis: .numbers(try await enabled(redis, kind).nextRuns(sequence, count: count))
        case .ticket: .numbers(try await enabled(tickets, kind).nextRuns(sequence, count: count))
        case .snowflake: .integers(try await enabled(snowflake, kind).next(count: count))
        case .uuid: .uuids(try await timeOrderedUUID.next(count: count))
        }
    }

    /// Asks one of several generators: one whose store is known to be down is passed over at once.
    func ask(
        _ kind: GeneratorKind, _ sequence: Tag, count: Int, within limit: Duration
    ) async throws(FrondError) -> IssuedIDs.Values {
        switch kind {
        case .segment:
            let segments = try enabled(segments, kind)
            if let failure = segments.knownFailure {
                guard let runs = try await segments.nextRunsInHand(sequence, count: count) else { throw failure }
                return .numbers(runs)
            }
            // The usual case needs no clock.
            if count == 1, let number = segments.nextIfReady(sequence) {
                return .numbers([NumberRun(first: number, count: 1)])
            }
        case .redis: try passOver(redis)
        case .ticket: try passOver(tickets)
        case .snowflake:
            if count == 1, let id = snowflake?.nextIfReady() { return .integers([id]) }
        case .uuid: return try await ask(kind, sequence, count: count)
        }
        return try await wait(for: kind, sequence, count: count, within: limit)
    }

    private func passOver(_ counters: CounterGenerators?) throws(FrondError) {
        guard let counters, let failure = counters.knownFailure else { return }
        counters.probe()
        throw failure
    }

    private func wait(
        for kind: GeneratorKind, _ sequence: Tag, count: Int, within limit: Duration
    ) async throws(FrondError) -> IssuedIDs.Values {
        try await withDeadline(limit, by: time, for: sequence) { () throws(FrondError) in
            try await ask(kind, sequence, count: count)
        }
    }

    func has(_ kind: GeneratorKind) -> Bool {
        switch kind {
        case .segment: segments != nil
        case .redis: redis != nil
        case .ticket: tickets != nil
        case .snowflake: snowflake != nil
        case .uuid: true
        }
    }

    private func enabled<Generator>(_ generator: Generator?, _ kind: GeneratorKind) throws(FrondError) -> Generator {
        guard let generator else {
            throw FrondError(
                .storeUnavailable, "this server has no \(kind.rawValue) generator enabled", retryAfter: .seconds(5))
        }
        return generator
    }
}
