/// The notation of a number: its digits, and the count of them.
public struct NumberFormat: Hashable, Sendable {
    /// The number of digits.
    public enum Width: Hashable, Sendable {
        /// At least so many, made up with zeros; a number that needs more gets more.
        case padded(Int)
        /// Exactly so many, made up with zeros; a number that needs more cannot be written.
        case fixed(Int)
    }

    /// No number has more digits of any kind, in all 64 bits.
    static let widths = 1...64

    public var radix: Radix
    public var width: Width

    public init(_ radix: Radix = .decimal, width: Width = .padded(1)) {
        self.radix = radix
        self.width = width
    }

    /// - Returns: nil for a number that a fixed width cannot hold.
    public func text(of number: Int64) -> String? {
        switch width {
        case .padded(let width): return radix.text(of: number, width: width)
        case .fixed(let width):
            let text = radix.text(of: number, width: width)
            return text.utf8.count == width ? text : nil
        }
    }

    /// - Returns: nil for a text that this does not write.
    public func number(in text: some StringProtocol) -> Int64? {
        guard let number = radix.number(in: text) else { return nil }
        let digits = text.utf8.count { $0 != UInt8(ascii: "-") }
        switch width {
        case .fixed(let width): return digits == width ? number : nil
        case .padded(let width): return digits == max(width, radix.width(of: number)) ? number : nil
        }
    }
}

extension NumberFormat: CustomStringConvertible {
    /// `decimal`, `hex:8`, `base62=11`.
    public var description: String {
        switch width {
        case .padded(1): radix.rawValue
        case .padded(let width): "\(radix.rawValue):\(width)"
        case .fixed(let width): "\(radix.rawValue)=\(width)"
        }
    }

    /// Without the name of the decimals where there is a width: `6`, `=6`.
    var shortDescription: String {
        guard radix == .decimal else { return description }
        switch width {
        case .padded(let width): return "\(width)"
        case .fixed(let width): return "=\(width)"
        }
    }

    /// - Parameter text: as in ``description``; a width alone, such as `6` or `=6`, is decimal.
    /// - Throws: `invalidArgument`, naming the text.
    init(_ text: Substring) throws(FrondError) {
        let name = text.prefix { $0 != ":" && $0 != "=" }
        let rest = text.dropFirst(name.count)
        if rest.isEmpty, name.allSatisfy(\.isNumber), !name.isEmpty {
            self.init(width: .padded(try Self.width(name, of: text)))
            return
        }
        guard let radix = name.isEmpty ? .decimal : Radix(rawValue: String(name)) else {
            let all = Radix.allCases.map(\.rawValue).joined(separator: ", ")
            throw FrondError(.invalidArgument, "unknown number format '\(name)'; use \(all)")
        }
        self.init(radix)
        guard let sign = rest.first else { return }
        let digits = try Self.width(rest.dropFirst(), of: text)
        width = sign == "=" ? .fixed(digits) : .padded(digits)
    }

    private static func width(_ digits: Substring, of text: Substring) throws(FrondError) -> Int {
        guard let width = Int(digits), widths.contains(width) else {
            throw FrondError(
                .invalidArgument,
                "'\(text)' does not say how many digits: \(widths.lowerBound) to \(widths.upperBound)")
        }
        return width
    }
}
