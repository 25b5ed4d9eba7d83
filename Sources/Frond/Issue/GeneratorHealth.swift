/// The state of one generator, for readiness and for logs.
public struct GeneratorHealth: Sendable {
    public enum Status: String, Hashable, Sendable {
        /// IDs can be had.
        case up
        /// Something is wrong, and IDs can be had still.
        case degraded
        /// A caller went without an ID for the last thing that went wrong.
        case down
    }

    public var generator: GeneratorKind
    public var status: Status
    /// The reason of a status other than ``Status/up``.
    public var reason: String?
    /// The worker ID and the clock, where the generator depends on them.
    public var worker: WorkerStatus?
    /// True for a generator that needs nothing and has an answer for every caller.
    package var alwaysAnswers = false
    /// True once callers asked the generator for IDs lately.
    package var isInDemand = true

    package init(_ generator: GeneratorKind, _ status: Status = .up, reason: String? = nil, worker: WorkerStatus? = nil)
    {
        self.generator = generator
        self.status = status
        self.reason = reason
        self.worker = worker
    }

    /// The health of a generator on a store.
    /// - Parameter isStarved: true where a caller went without a number.
    package init(_ generator: GeneratorKind, failure: FrondError?, isStarved: Bool) {
        self.init(generator, failure == nil ? .up : isStarved ? .down : .degraded, reason: failure?.message)
    }
}
