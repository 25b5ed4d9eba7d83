/// One request for IDs of a tag, from the tag's settings to the answer: a pure value that is told what happened and
/// says what to do next.
///
/// The tag's settings decide which generators are asked and how their numbers are written. The settings may change
/// until the tag has issued its first number, so an answer stands only once they are *confirmed*: read again after the
/// numbers were reserved. Where they changed in between, the numbers are a gap and the request starts over.
package struct IssueStateMachine: Sendable {
    package enum Action: Sendable {
        /// Read the settings of the tag; call ``IssueStateMachine/read(_:now:wallMilliseconds:)``.
        case readSettings
        /// Ask the generator for IDs of the sequence, within the limit or, where it is nil, within the generator's own;
        /// call ``IssueStateMachine/brought(_:now:)`` or ``IssueStateMachine/failed(_:now:)``.
        case ask(GeneratorKind, Tag, within: Duration?)
        /// Read the settings again, and first make them final where the numbers come from elsewhere than the record;
        /// call ``IssueStateMachine/confirmed(_:)``.
        case confirm(settles: Bool)
        case finish(Result<IssuedIDs, FrondError>)
    }

    /// The values that all requests share.
    package struct Rules: Sendable {
        /// The enabled generators, in the order in which the first answers for a tag that names none.
        package var enabled: [GeneratorKind]
        /// The time that all generators of a tag have together.
        package var waitLimit: Duration
        package var scrambleKey: ScrambleKey?
        package var zones: any TimeZoneRules

        package init(
            enabled: [GeneratorKind], waitLimit: Duration, scrambleKey: ScrambleKey?, zones: any TimeZoneRules
        ) {
            self.enabled = enabled
            self.waitLimit = waitLimit
            self.scrambleKey = scrambleKey
            self.zones = zones
        }
    }

    /// An attempt to answer by one reading of the settings.
    private struct Attempt: Sendable {
        /// Nil where nothing is known of the tag and nothing has to be.
        var knowledge: TagKnowledge?
        var notation: TagNotation
        var chain: FallbackChain
        var asked: GeneratorKind
        var answer: IssuedIDs?
    }

    /// The maximum number of attempts while the tag's settings change.
    private static let maxAttempts = 4

    private let request: IssueRequest
    private let rules: Rules
    private var attempts = 0
    private var attempt: Attempt?

    package init(_ request: IssueRequest, rules: Rules) {
        self.request = request
        self.rules = rules
    }

    // MARK: Events

    package func begin() -> Action {
        do throws(FrondError) {
            try request.check()
            return .readSettings
        } catch {
            return .finish(.failure(error))
        }
    }

    /// The settings of the tag were read; nil where there is nowhere to read them.
    ///
    /// A request for IDs that need no store is answered though the store fails: for most tags of such IDs the name is
    /// for statistics only.
    package mutating func read(
        _ reading: Result<TagKnowledge?, FrondError>, now: Duration, wallMilliseconds: @autoclosure () -> Int64
    ) -> Action {
        let knowledge: TagKnowledge?
        switch reading {
        case .success(let known): knowledge = known
        case .failure(let error):
            if let missing { return .finish(.failure(.notEnabled(missing))) }
            guard toleratesFailedReading(error) else { return .finish(.failure(error)) }
            knowledge = nil
        }
        do throws(FrondError) {
            if knowledge?.options.isRetired == true { throw .retired(request.tag) }
            let chosen = try request.generators(by: knowledge?.options ?? TagOptions(), enabled: rules.enabled)
            if let missing { throw .notEnabled(missing) }
            let notation = try TagNotation(
                request.tag, knowledge?.record, format: request.format, wallMilliseconds: wallMilliseconds(),
                zones: rules.zones, scrambleKey: rules.scrambleKey)
            var chain = FallbackChain(tag: request.tag, generators: chosen, limit: rules.waitLimit, now: now)
            let step = chain.begin(now: now)
            attempts += 1
            attempt = Attempt(knowledge: knowledge, notation: notation, chain: chain, asked: chosen[0])
            return follow(step)
        } catch {
            return .finish(.failure(error))
        }
    }

    /// The generator that was asked brought IDs.
    package mutating func brought(_ values: IssuedIDs.Values, now: Duration) -> Action {
        guard let attempt else { preconditionFailure("IDs came that were not asked for") }
        do throws(FrondError) {
            let answer = try attempt.notation.write(values, by: attempt.asked)
            guard let settles = confirmation(of: attempt) else { return .finish(.success(answer)) }
            self.attempt?.answer = answer
            return .confirm(settles: settles)
        } catch {
            return failed(error, now: now)
        }
    }

    /// The generator that was asked has no IDs.
    package mutating func failed(_ error: FrondError, now: Duration) -> Action {
        guard let step = attempt?.chain.failed(error, now: now) else {
            preconditionFailure("a generator failed that was not asked")
        }
        return follow(step)
    }

    /// The settings were read again, now that the numbers are reserved.
    package mutating func confirmed(_ reading: Result<TagKnowledge, FrondError>) -> Action {
        guard let attempt, let answer = attempt.answer else { preconditionFailure("there is nothing to confirm") }
        switch reading {
        case .failure(let error): return .finish(.failure(error))
        case .success(let knowledge):
            if attempt.knowledge?.writesAlike(knowledge) == true { return .finish(.success(answer)) }
            guard attempts < Self.maxAttempts else { return .finish(.failure(unsettled)) }
            return .readSettings
        }
    }

    /// True where IDs that need no store are issued though the settings could not be read.
    package func toleratesFailedReading(_ error: FrondError) -> Bool {
        request.generator?.needsNoStore == true && error.mayFallBack
    }

    // MARK: Steps

    /// The generator that the request names, where it is not enabled.
    private var missing: GeneratorKind? { request.generator.flatMap { rules.enabled.contains($0) ? nil : $0 } }

    private mutating func follow(_ step: FallbackChain.Step) -> Action {
        switch step {
        case .fail(let error): return .finish(.failure(error))
        case .ask(let generator, let limit):
            attempt?.asked = generator
            guard let attempt else { preconditionFailure("a step without an attempt") }
            return .ask(
                generator, attempt.notation.sequence(for: generator), within: attempt.chain.isSingle ? nil : limit)
        }
    }

    /// The confirmation that the settings need: none (nil), a read, or to be made final first.
    private func confirmation(of attempt: Attempt) -> Bool? {
        guard let knowledge = attempt.knowledge, !knowledge.isConfirmed, attempt.asked.makesNumbers else { return nil }
        // A number of the tag's own record has made them final already; one of a period's record has not.
        if attempt.asked.countsInRecord, knowledge.options.period == nil { return false }
        // A snowflake ID of a name without settings concerns no other ID; a ticket can be like a text of the tag.
        return attempt.asked.needsNoStore && knowledge.options == TagOptions() ? nil : true
    }

    private var unsettled: FrondError {
        FrondError(
            .storeUnavailable, "the settings of tag '\(request.tag)' keep changing; retry", retryAfter: .seconds(1)
        ).scoped(.tag)
    }
}
