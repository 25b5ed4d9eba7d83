import Frond

/// The rule by which a server is ready: a pure value of the health of its generators.
///
/// A server is ready while it can hand out anything that it is asked for. What every server of a fleet lacks (a store,
/// the registry of worker IDs) must not take all of them out, with all that they can still do; a prober that wants one
/// generator asks for that one.
struct ReadinessRule {
    let generators: [GeneratorHealth]

    /// True while IDs of any generator can be had. UUIDs can be had always, and count once callers ask for them.
    var isReady: Bool {
        let others = generators.filter { !$0.alwaysAnswers }
        return others.isEmpty || others.contains { $0.status != .down }
            || generators.contains { $0.alwaysAnswers && $0.isInDemand }
    }

    /// True while IDs of this generator can be had; nil for a generator that is not enabled.
    func isReady(_ kind: GeneratorKind) -> Bool? {
        generators.first { $0.generator == kind }.map { $0.status != .down }
    }
}
