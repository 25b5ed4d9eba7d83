package import Frond

extension Frond_V1_Segment {
    package init(_ segment: Segment) {
        self.init()
        first = segment.first
        end = segment.end
        step = segment.step
        cycle = segment.cycle
        version = segment.version
    }
}

extension Segment {
    package init(_ segment: Frond_V1_Segment) {
        self.init(
            first: segment.first, end: segment.end, step: segment.step, cycle: segment.cycle,
            version: segment.version)
    }
}

extension Frond_V1_Position {
    package init(_ position: SegmentPosition) {
        self.init()
        cycle = position.cycle
        next = position.next
    }
}

extension SegmentPosition {
    package init(_ position: Frond_V1_Position) {
        self.init(cycle: position.cycle, next: position.next)
    }
}
