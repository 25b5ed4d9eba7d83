/// Every ID that one connection received, in the order they came, in little memory.
///
/// IDs that follow on each other are one entry, and an entry is stored as its distance from the one before: 1 to 5
/// bytes for a segment or snowflake ID on a busy server, 3 bytes for a thousand IDs of one request, 18 for a UUID.
///
/// An entry is a variable-length number, `distance << 2 | hasCount << 1`, followed by the count if it is not 1. Where
/// the distance is negative or very long the entry is the byte 1, the ID's 16 bytes, and the count.
struct IDLog: Sendable {
    static var chunkBytes: Int { 1 << 16 }
    /// No entry takes more: 1 + 16 bytes, and 10 for a count.
    private static var longestEntry: Int { 27 }
    static var absolute: UInt8 { 1 }
    /// Distances below this are stored as such.
    private static var longestDistance: UInt128 { 1 << 60 }

    /// Chunks of ``chunkBytes`` at most, so that growing never copies what is there.
    private(set) var chunks: [[UInt8]] = []
    /// True if an entry was left out because the budget was used up.
    private(set) var isIncomplete = false
    private let budget: RecordingBudget
    private var open: [UInt8] = []
    /// One past the last ID of the last entry.
    private var end: UInt128 = 0

    init(budget: RecordingBudget) {
        self.budget = budget
    }

    /// Adds `count` IDs that follow on each other: 1 or more.
    mutating func append(first: UInt128, count: UInt64) {
        guard !isIncomplete, hasRoom() else { return }
        if first >= end, first - end < Self.longestDistance {
            open.append(number: UInt64(first - end) << 2 | (count == 1 ? 0 : 2))
            if count != 1 { open.append(number: count) }
        } else {
            open.append(Self.absolute)
            for byte in 0..<16 { open.append(UInt8(truncatingIfNeeded: first >> UInt128(byte * 8))) }
            open.append(number: count)
        }
        end = first &+ UInt128(count)
    }

    private mutating func hasRoom() -> Bool {
        if open.capacity > 0, open.count + Self.longestEntry <= Self.chunkBytes { return true }
        finish()
        guard budget.take(Self.chunkBytes) else {
            isIncomplete = true
            return false
        }
        open.reserveCapacity(Self.chunkBytes)
        return true
    }

    /// Must be called before the log is read.
    mutating func finish() {
        if !open.isEmpty { chunks.append(open) }
        open = []
    }
}

extension [UInt8] {
    /// Seven bits a byte, the lowest first; the top bit says that more follow.
    fileprivate mutating func append(number: UInt64) {
        var rest = number
        while rest > 0x7F {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
