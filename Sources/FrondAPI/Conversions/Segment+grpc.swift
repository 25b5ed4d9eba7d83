package import Frond

extension Frond_V1_Segment {
    package init(_ segment: Segment) {
        self.init()
        first = segment.first
        end = segment.end
        if segment.stride != 1 { stride = segment.stride }
        step = segment.step
        cycle = segment.cycle
        version = segment.version
    }
}

extension Segment {
    package init(_ segment: Frond_V1_Segment) {
        self.init(
            first: segment.first, end: segment.end, stride: segment.stride == 0 ? 1 : segment.stride,
            step: segment.step, cycle: segment.cycle, version: segment.version)
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
