/// The time that a client gives a call: the value of the header `grpc-timeout`.
///
/// Its form is that of gRPC over HTTP/2: 1 to 8 digits and one of `H`, `M`, `S`, `m`, `u`, `n`.
struct CallTimeout: Hashable, Sendable {
    static let header = "grpc-timeout"
    /// The message of the refusal of a malformed timeout.
    static let malformed = "malformed grpc-timeout; use one value of 1 to 8 digits and H, M, S, m, u or n"

    /// Longer timeouts are cut to this one, which no server outlives.
    private static let longest = Duration.seconds(9_999_999)
    private static let digits = 1...8

    let duration: Duration

    /// Parses a header's value; nil where it is malformed, such as `-1S`.
    init?(_ text: some StringProtocol) {
        let characters = Array(text.utf8)
        guard let unit = characters.last, Self.digits.contains(characters.count - 1) else { return nil }
        var amount: Int64 = 0
        for character in characters.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            amount = amount * 10 + Int64(character - UInt8(ascii: "0"))
        }
        switch unit {
        case UInt8(ascii: "H"): duration = min(.seconds(amount * 3600), Self.longest)
        case UInt8(ascii: "M"): duration = min(.seconds(amount * 60), Self.longest)
        case UInt8(ascii: "S"): duration = min(.seconds(amount), Self.longest)
        case UInt8(ascii: "m"): duration = .milliseconds(amount)
        case UInt8(ascii: "u"): duration = .microseconds(amount)
        case UInt8(ascii: "n"): duration = .nanoseconds(amount)
        default: return nil
        }
    }

    /// A form of at most 7 digits, rounded up: grpc-swift ignores the 8 digits that gRPC allows.
    var shortForm: String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = attoseconds / 1_000_000_000
        let units: [(name: String, perSecond: Int64)] = [("n", 1_000_000_000), ("u", 1_000_000), ("m", 1000)]
        for unit in units where seconds <= 10_000_000 / unit.perSecond {
            let part = 1_000_000_000 / unit.perSecond
            let amount = seconds * unit.perSecond + (nanoseconds + part - 1) / part
            if amount < 10_000_000 { return "\(amount)\(unit.name)" }
        }
        return "\(seconds + (nanoseconds > 0 && seconds < 9_999_999 ? 1 : 0))S"
    }
}
