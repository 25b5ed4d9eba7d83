/// The choice of a tag's generator to ask, and of its time: decides, and does nothing else.
///
/// Each generator is asked once, so that no request waits for a dead store twice. All of them together have one bound:
/// who is asked gets an equal part of what is left of it, so that a store that does not answer leaves time for the
/// next generator.
package struct FallbackChain: Sendable {
    package enum Step: Sendable {
        /// Ask this one, and wait for it so long.
        case ask(GeneratorKind, within: Duration)
        /// No generator is left, or the error is the caller's own: this is the answer.
        case fail(FrondError)
    }

    /// The least time that a generator gets, where those before have used up what there was.
    package static let shortestWait = Duration.milliseconds(10)

    /// True for a single generator, which has nothing to fall back on and waits as it always does.
    package let isSingle: Bool
    private let tag: Tag
    private let deadline: Duration
    private var rest: ArraySlice<GeneratorKind>
    private var asked: GeneratorKind?
    private var failures: [(generator: GeneratorKind, error: FrondError)] = []

    /// - Parameters:
    ///   - generators: in the order in which they are asked.
    ///   - limit: how long all of them may take.
    package init(tag: Tag, generators: [GeneratorKind], limit: Duration, now: Duration) {
        self.tag = tag
        isSingle = generators.count == 1
        rest = generators[...]
        deadline = now + limit
    }

    /// The first generator to ask.
    package mutating func begin(now: Duration) -> Step { next(now: now) }

    /// The generator that was asked has no IDs.
    package mutating func failed(_ error: FrondError, now: Duration) -> Step {
        guard let asked, error.mayFallBack else { return .fail(error) }
        failures.append((asked, error))
        return next(now: now)
    }

    private mutating func next(now: Duration) -> Step {
        // UUIDs wait for nothing, and need no part of the time.
        let parts = rest.count { $0.makesNumbers }
        guard let generator = rest.popFirst() else { return .fail(summary) }
        asked = generator
        return .ask(generator, within: max((deadline - now) / max(1, parts), Self.shortestWait))
    }

    /// The errors of the generators that failed.
    private var summary: FrondError {
        // A generator that is not enabled says nothing about the others, which may be well again soon.
        guard let last = failures.last(where: { $0.error.code != .generatorNotEnabled }) ?? failures.last else {
            return FrondError(
                .invalidArgument, "tag '\(tag)' has no generator: name some with 'frond tag set \(tag) --generators'")
        }
        guard failures.count > 1 else { return last.error }
        let reasons = failures.map { "\($0.generator.rawValue): \($0.error.message)" }.joined(separator: "; ")
        return FrondError(
            last.error.code, "no generator of tag '\(tag)' has an ID: \(reasons)",
            retryAfter: failures.compactMap(\.error.retryAfter).min(), cause: last.error.cause
        ).scoped(failures.map(\.error.scope).max() ?? last.error.scope)
    }
}

extension FrondError {
    /// True if another generator may do better: not where the request itself is wrong, or its caller has gone.
    var mayFallBack: Bool {
        switch code {
        case .invalidArgument, .unknownTag, .generatorNotOfTag, .tagRetired, .tagExists, .conflict, .shutDown,
            .cancelled, .unauthenticated, .permissionDenied, .rateLimited:
            false
        case .generatorNotEnabled, .exhausted, .storeUnavailable, .storeWentBack, .storeCorrupt, .timedOut, .overloaded,
            .workerIDsExhausted, .workerIDTaken, .workerIDHeld, .registryUnavailable, .registryLost,
            .clockMovedBackwards, .layoutExhausted:
            true
        }
    }
}
