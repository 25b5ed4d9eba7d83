/// The promises of ``SegmentStore/reserve(_:atLeast:after:)`` that can be checked on its answer.
package enum SegmentPromise: CaseIterable, Sendable {
    case startsAtZeroOrMore
    case holdsNumbers
    case endsInRange
    case hasAStride
    case hasAStep
    case countsCycles
    case startsAtTheFloor

    /// The first promise that a segment breaks; nil if it keeps all of them.
    package static func broken(by segment: Segment, after floor: SegmentPosition?) -> SegmentPromise? {
        allCases.first { !$0.isKept(by: segment, after: floor) }
    }

    private func isKept(by segment: Segment, after floor: SegmentPosition?) -> Bool {
        switch self {
        case .startsAtZeroOrMore: segment.first >= 0
        case .holdsNumbers: segment.first < segment.end
        case .endsInRange: segment.end <= TagRecord.largestValue + 1
        case .hasAStride: TagStripe.counts.contains(segment.stride)
        case .hasAStep: segment.step >= 1
        case .countsCycles: segment.cycle >= 0
        case .startsAtTheFloor: floor.map { segment.start >= $0 } ?? true
        }
    }

    private var text: String {
        switch self {
        case .startsAtZeroOrMore: "a segment starts at 0 or above"
        case .holdsNumbers: "a segment holds at least one number: its end is above its first"
        case .endsInRange: "a segment ends at \(TagRecord.largestValue + 1) or below"
        case .hasAStride: "the stride of a segment is 1 to \(TagStripe.counts.upperBound)"
        case .hasAStep: "the step of a segment is 1 or more"
        case .countsCycles: "the cycle of a segment is 0 or more"
        case .startsAtTheFloor: "a segment starts at the floor or above; a store that cannot throws storeWentBack"
        }
    }

    /// The refusal of a segment that breaks this promise.
    package func refusal(of segment: Segment, _ tag: Tag, after floor: SegmentPosition?) -> FrondError {
        let answer =
            "\(segment.first) to \(segment.end) by \(segment.stride), step \(segment.step), cycle \(segment.cycle)"
        let numbers = floor.map { "\(answer), after \($0.next) of cycle \($0.cycle)" } ?? answer
        return FrondError(
            .storeCorrupt, "the store broke a promise for tag '\(tag)': it reserved \(numbers), but \(text)",
            retryAfter: .seconds(5))
    }
}
