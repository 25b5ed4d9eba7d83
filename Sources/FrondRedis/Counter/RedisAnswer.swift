import Frond
import RESP

/// The answer of a script.
enum RedisAnswer: Hashable, Sendable {
    /// Numbers of a range that Redis holds; none where none were wanted.
    case given(HeldRange, used: Int64, taken: Int64)
    /// Nothing is under the key.
    case missing
    /// A range of another process or another reign: it may be older than what was given out.
    case otherRun(mark: String)
    /// The range is used up.
    case exhausted(HeldRange)
    /// A hash that Frond did not write.
    case damaged(mark: String)
    /// The observed state is no longer there, and nothing was installed.
    case changed
    /// A key of another type.
    case wrongType(String)
    case replica
    case unsupported
}

/// The range that Redis holds of a tag.
struct HeldRange: Hashable, Sendable {
    /// The values that an install compares.
    var mark: String
    var cycle: Int64
    var first: Int64
    var size: Int64

    /// One past its last number.
    var finish: SegmentPosition { SegmentPosition(cycle: cycle, next: first + size) }
}

extension RedisAnswer {
    /// nil where it is not an answer of these scripts.
    init?(_ reply: RESPValue) {
        let parts = reply.elements
        switch parts.first?.text {
        case "given":
            guard let range = HeldRange(parts), parts.count == 7, let used = parts[5].number,
                let taken = parts[6].number, used >= 0, taken >= 0, used <= range.size - taken
            else { return nil }
            self = .given(range, used: used, taken: taken)
        case "exhausted":
            guard let range = HeldRange(parts) else { return nil }
            self = .exhausted(range)
        case "missing": self = .missing
        case "other": self = .otherRun(mark: parts.count > 1 ? parts[1].text ?? "" : "")
        case "damaged": self = .damaged(mark: parts.count > 1 ? parts[1].text ?? "" : "")
        case "changed": self = .changed
        case "type": self = .wrongType(parts.count > 1 ? parts[1].text ?? "" : "")
        case "replica": self = .replica
        case "unsupported": self = .unsupported
        default: return nil
        }
    }
}

extension HeldRange {
    fileprivate init?(_ parts: [RESPValue]) {
        guard parts.count >= 5, let mark = parts[1].text, let cycle = parts[2].number, let first = parts[3].number,
            let size = parts[4].number, cycle >= 0, first >= 0, size >= 1, size <= Int64.max - first
        else { return nil }
        self.init(mark: mark, cycle: cycle, first: first, size: size)
    }
}
