import Foundation
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
        if let bytes = segment.secret?.bytes { secret = Data(bytes) }
    }
}

extension Segment {
    package init(_ segment: Frond_V1_Segment) {
        self.init(
            first: segment.first, end: segment.end, stride: segment.stride == 0 ? 1 : segment.stride,
            step: segment.step, cycle: segment.cycle, version: segment.version,
            secret: ReservationSecret(bytes: segment.secret))
    }
}

extension Frond_V1_ReserveSegmentRequest {
    package mutating func set(_ demand: SegmentDemand) {
        // No reservation is smaller than the step, or larger than this.
        count = min(max(1, demand.wanted ?? demand.needed), TagRecord.largestStep)
        needed = min(demand.needed, TagRecord.largestStep)
    }

    /// - Parameter bound: the most numbers that the server lets a client reserve at once.
    /// - Throws: `invalidArgument` for a count that no reservation can have.
    package func demand(atMost bound: Int64) throws(FrondError) -> SegmentDemand? {
        guard hasCount || needed != 0 else { return nil }
        let range = 1...TagRecord.largestStep
        for (name, value) in [("count", hasCount ? count : 1), ("needed", needed == 0 ? 1 : needed)] {
            guard range.contains(value) else {
                throw FrondError(
                    .invalidArgument, "\(name) \(value) is out of range: \(range.lowerBound) to \(range.upperBound)")
            }
        }
        return SegmentDemand(needed: needed, wanted: hasCount ? count : nil).atMost(bound)
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
