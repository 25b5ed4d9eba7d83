public import Frond

/// The generators that a server hands IDs out from; nil where one is not enabled.
public struct ServedGenerators: Sendable {
    public var segments: SegmentGenerators?
    public var timeOrderedUUID = TimeOrderedUUIDGenerator()
    public var randomUUID = RandomUUIDGenerator()

    public init(segments: SegmentGenerators?) {
        self.segments = segments
    }

    /// The generator of a hot route; nil until the ordinary route has used it.
    func generator(for route: HotRoute) -> (any IDGenerator<Int64>)? {
        switch route.kind {
        case .segment: segments?.existingGenerator(for: route.tag)
        }
    }
}
