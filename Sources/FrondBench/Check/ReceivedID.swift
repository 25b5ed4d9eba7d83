import Frond

/// An ID as a server wrote it: a decimal number, or a UUID by its 128 bits.
///
/// UUIDs and numbers do not meet: the version of a UUID stands above the 64 bits of a number.
struct ReceivedID: Hashable, Comparable, Sendable {
    let value: UInt128

    init(_ value: UInt128) {
        self.value = value
    }

    static func < (left: ReceivedID, right: ReceivedID) -> Bool { left.value < right.value }
}

extension ReceivedID: CustomStringConvertible {
    /// The text that the server wrote.
    var description: String {
        guard value > UInt128(UInt64.max) else { return "\(value)" }
        return UUIDValue(high: UInt64(value >> 64), low: UInt64(truncatingIfNeeded: value)).description
    }
}
