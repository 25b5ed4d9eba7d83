/// The slot of a key in a cluster, 0 to 16,383: the CRC-16 (XMODEM) of the key, or of its hash tag, as Redis's cluster
/// specification has it.
struct HashSlot: Hashable, Sendable {
    static let count = 16_384

    let number: Int

    /// nil where there is no such slot.
    init?(number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = number
    }

    init(of key: String) {
        number = Int(Self.checksum(Self.hashed(Array(key.utf8)[...]))) % Self.count
    }

    /// The part of a key that counts: what stands between its first `{` and the next `}`, unless that is nothing.
    private static func hashed(_ key: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let open = key.firstIndex(of: UInt8(ascii: "{")) else { return key }
        let rest = key[(open + 1)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close > rest.startIndex else { return key }
        return rest[..<close]
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(0) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte) << 8) { sum, _ in
                sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021
            }
        }
    }
}
