extension Duration {
    /// A time in people's notation: a whole number and `ms`, `s`, `m` or `h`.
    init?(text: some StringProtocol) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        // Up to a million hours: more than any setting means, and no overflow.
        guard let number = Int64(digits), number <= 1_000_000 * 3600 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "m": self = .seconds(number * 60)
        case "h": self = .seconds(number * 3600)
        default: return nil
        }
    }
}
