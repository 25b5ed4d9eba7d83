import Frond

/// How far each of several databases has given a tag out to this server: what tells one that went back.
struct SegmentFloors: Sendable {
    private var positions: [Tag: [Int: SegmentPosition]] = [:]

    func position(of tag: Tag, in place: Int) -> SegmentPosition? { positions[tag]?[place] }

    mutating func reserved(_ segment: Segment, of tag: Tag, from place: Int) {
        let end = SegmentPosition(cycle: segment.cycle, next: segment.end)
        positions[tag, default: [:]][place] = max(end, position(of: tag, in: place) ?? end)
    }

    /// The tail of the last segment is about to be given back: the database may then stand at its beginning.
    mutating func givingBack(_ tail: Segment, of tag: Tag, to place: Int) {
        guard position(of: tag, in: place) == SegmentPosition(cycle: tail.cycle, next: tail.end) else { return }
        positions[tag]?[place] = SegmentPosition(cycle: tail.cycle, next: tail.first)
    }
}
