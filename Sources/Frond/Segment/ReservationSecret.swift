/// The 128 random bits that prove that a caller was given a segment: they alone give its numbers back.
///
/// Neither a description nor a dump shows them, and two are compared in constant time.
public struct ReservationSecret: Sendable {
    private let high: UInt64
    private let low: UInt64

    /// - Parameters:
    ///   - high: 64 unguessable bits.
    ///   - low: 64 others.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A secret from the system's random numbers.
    public static func random() -> ReservationSecret {
        ReservationSecret(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
    }

    /// The secret of two segments that are given back as one: known only where both are.
    package func joined(with other: ReservationSecret) -> ReservationSecret {
        ReservationSecret(high: high ^ other.high, low: low ^ other.low)
    }

    /// 32 hexadecimal digits: for stores and the wire, never for people.
    package var text: String { Self.digits(high) + Self.digits(low) }

    /// Reads ``text``; nil for anything else.
    package init?(text: some StringProtocol) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// 16 bytes, the most significant first: for the wire.
    package var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
    }

    /// Reads ``bytes``; nil for any other number of bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        func word(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: word(bytes.prefix(8)), low: word(bytes.dropFirst(8)))
    }

    private static func digits(_ word: UInt64) -> String {
        let text = String(word, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

extension ReservationSecret: Hashable {
    public static func == (left: ReservationSecret, right: ReservationSecret) -> Bool {
        // No branch: the time says nothing of the place where two secrets begin to differ.
        (left.high ^ right.high) | (left.low ^ right.low) == 0
    }
}

extension ReservationSecret: CustomStringConvertible, CustomReflectable {
    public var description: String { "(secret)" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
