public import Frond

/// The generators that a server hands IDs out from; nil where one is not enabled.
public struct ServedGenerators: Sendable {
    public var segments: SegmentGenerators?
    public var timeOrderedUUID = TimeOrderedUUIDGenerator()
    public var randomUUID = RandomUUIDGenerator()

    public init(segments: SegmentGenerators?) {
        self.segments = segments
    }

    func nextIfReady(_ route: HotRoute) -> Int64? {
        switch route.kind {
        case .segment: segments?.nextIfReady(route.tag)
        }
    }
}
