/// The secret by which numbers are scrambled; all servers have the same.
public struct ScrambleKey: Hashable, Sendable {
    /// A value that tells keys apart and reveals nothing of the key itself.
    public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
        private let value: Int64

        fileprivate init(_ value: UInt64) {
            self.value = Int64(value >> 1)
        }

        /// - Throws: `invalidArgument` for any other text.
        init(_ text: some StringProtocol) throws(FrondError) {
            guard let value = Self.format.number(in: text) else {
                throw FrondError(.invalidArgument, "'\(text)' is not the fingerprint of a scramble key")
            }
            self.value = value
        }

        private static let format = NumberFormat(.hex, width: .fixed(16))

        public var description: String { Self.format.text(of: value) ?? "" }
    }

    let hash: SipHash

    /// - Parameter bytes: a secret; at least 16.
    /// - Throws: `invalidArgument` for a key that is too short.
    public init(_ bytes: some Collection<UInt8>) throws(FrondError) {
        guard bytes.count >= 16 else {
            throw FrondError(.invalidArgument, "a scramble's key of \(bytes.count) bytes is too short: 16 or more")
        }
        // All bytes go into both words.
        var words: (UInt64, UInt64) = (UInt64(bytes.count), 0)
        for byte in bytes {
            let hash = SipHash(key0: words.0, key1: words.1)
            words = (hash(UInt64(byte)), hash(UInt64(byte) | 1 << 8))
        }
        hash = SipHash(key0: words.0, key1: words.1)
    }

    public var fingerprint: Fingerprint {
        Fingerprint(hash(.max))
    }
}
