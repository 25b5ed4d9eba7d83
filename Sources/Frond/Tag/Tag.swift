/// The name of a sequence, such as `order` or `user`.
///
/// 1 to 128 characters of `A–Z a–z 0–9 . _ : -`.
public struct Tag: Hashable, Sendable, CustomStringConvertible {
    /// The longest name, in characters.
    public static let maximumLength = 128

    public let name: String

    /// - Throws: ``FrondError/Code/invalidArgument`` for a name that is empty, too long or has other characters.
    public init(_ name: some StringProtocol) throws(FrondError) {
        guard Self.isValid(name.utf8) else { throw Self.refusal(of: String(name)) }
        self.name = String(name)
    }

    /// For a name that was checked.
    init(unchecked name: String) {
        self.name = name
    }

    /// Returns true if these are the bytes of a tag's name.
    package static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
        var length = 0
        for byte in bytes {
            guard isAllowed(byte) else { return false }
            length += 1
        }
        return (1...maximumLength).contains(length)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }

    private static func refusal(of name: String) -> FrondError {
        let length = name.unicodeScalars.count
        let reason =
            switch length {
            case 0: "a tag cannot be empty"
            case (maximumLength + 1)...: "a tag of \(length) characters is too long"
            default: "'\(name.unicodeScalars.map { $0.escaped(asASCII: true) }.joined())' is not a tag"
            }
        return FrondError(
            .invalidArgument, "\(reason): 1 to \(maximumLength) characters of A-Z a-z 0-9 . _ : - are allowed")
    }

    public var description: String { name }
}
