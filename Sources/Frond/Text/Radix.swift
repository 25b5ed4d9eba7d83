/// A way to write a number as digits.
///
/// The digits of every radix are in the order of their ASCII codes, so texts of one width sort as their numbers do.
public enum Radix: String, CaseIterable, Hashable, Sendable {
    case decimal
    /// Digits, capitals, small letters: 11 characters for any ID.
    case base62
    /// Digits and capitals; small letters are read as capitals.
    case base36
    /// Douglas Crockford's: no I, L, O and U. Read with small letters, with I and L for 1 and O for 0, and hyphens
    /// between the characters are skipped. https://www.crockford.com/base32.html
    case base32
    /// With small letters; capitals are read too.
    case hex

    private var digits: StaticString {
        switch self {
        case .decimal: "0123456789"
        case .base62: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        case .base36: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        case .base32: "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        case .hex: "0123456789abcdef"
        }
    }

    /// The number of digits.
    public var base: Int64 { Int64(digits.utf8CodeUnitCount) }

    /// A number as text.
    /// - Parameters:
    ///   - number: 0 or more.
    ///   - width: the least number of digits, made up with zeros; a number that needs more gets more.
    public func text(of number: Int64, width: Int = 1) -> String {
        precondition(number >= 0, "IDs are not negative")
        var digits: [UInt8] = []
        var rest = number
        while rest > 0 || digits.count < width {
            digits.append(self.digits.utf8Start[Int(rest % base)])
            rest /= base
        }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }

    /// The number of digits that a number has.
    public func width(of number: Int64) -> Int { text(of: number).utf8.count }

    /// The number that a text stands for; nil for any other text, or one for more than `Int64.max`.
    public func number(in text: some StringProtocol) -> Int64? {
        var number: Int64 = 0
        var isEmpty = true
        for character in text.utf8 {
            if self == .base32, character == UInt8(ascii: "-") { continue }
            guard let digit = value(of: character) else { return nil }
            let (product, overflows) = number.multipliedReportingOverflow(by: base)
            let (sum, overflowsToo) = product.addingReportingOverflow(digit)
            guard !overflows, !overflowsToo else { return nil }
            number = sum
            isEmpty = false
        }
        return isEmpty ? nil : number
    }

    private func value(of character: UInt8) -> Int64? {
        let isSmall = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
        let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(character)
        let folded: UInt8 =
            switch self {
            case .decimal, .base62: character
            case .base36: isSmall ? character - 32 : character
            case .hex: isCapital ? character + 32 : character
            case .base32: Self.crockford(isSmall ? character - 32 : character)
            }
        let all = UnsafeBufferPointer(start: digits.utf8Start, count: digits.utf8CodeUnitCount)
        return all.firstIndex(of: folded).map(Int64.init)
    }

    /// The characters that people write for a digit that looks like them.
    private static func crockford(_ character: UInt8) -> UInt8 {
        switch character {
        case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
        case UInt8(ascii: "O"): UInt8(ascii: "0")
        default: character
        }
    }
}
