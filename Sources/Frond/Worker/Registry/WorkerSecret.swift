/// The secret of one holding of a worker ID: it alone extends the holding or gives it back.
///
/// It is drawn when the worker ID is taken and stands in the record. Two holdings with the same fencing token, which a
/// registry that was restored from an older copy can give out, differ in it. No list, log line or description shows it.
public struct WorkerSecret: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// Draws a secret of 128 bits.
    /// - Parameter generator: a cryptographic source of randomness, such as the system's.
    public init(using generator: inout some RandomNumberGenerator) {
        high = generator.next()
        low = generator.next()
    }

    /// Draws a secret from the system's source of randomness.
    public static func random() -> WorkerSecret {
        var generator = SystemRandomNumberGenerator()
        return WorkerSecret(using: &generator)
    }

    /// The secret as 32 lower-case hexadecimal digits, for registries and for the wire alone.
    public var text: String { Self.padded(high) + Self.padded(low) }

    /// - Returns: nil for a text that is not 32 hexadecimal digits.
    public init?(text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.high = high
        self.low = low
    }

    /// The secret as 16 bytes, for the wire alone.
    package var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }

    /// - Returns: nil for anything but 16 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Takes the same time wherever the secrets differ.
    public static func == (one: WorkerSecret, other: WorkerSecret) -> Bool {
        (one.high ^ other.high) | (one.low ^ other.low) == 0
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(low)
    }

    private static func padded(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Reads the secret of a record that may have none.
    /// - Parameter record: the record's name, for the error.
    /// - Throws: `storeCorrupt` for a text that is neither empty nor a secret.
    package static func stored(_ text: String, of record: String) throws(FrondError) -> WorkerSecret? {
        if text.isEmpty { return nil }
        guard let secret = WorkerSecret(text: text) else {
            throw FrondError(.storeCorrupt, "\(record) has a secret that cannot be read; restore the record")
        }
        return secret
    }
}

extension WorkerSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
