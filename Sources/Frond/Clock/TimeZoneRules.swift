/// The offsets of time zones from UTC.
public protocol TimeZoneRules: Sendable {
    /// - Parameters:
    ///   - zone: `UTC`, `+08:00`, or a name such as `Asia/Shanghai` where these rules know names.
    ///   - milliseconds: the moment, since 1970-01-01T00:00:00Z.
    /// - Throws: `invalidArgument` for a zone that these rules do not know.
    func secondsFromUTC(in zone: String, atMilliseconds milliseconds: Int64) throws(FrondError) -> Int64
}

/// Knows UTC and fixed distances from it, such as `+08:00`.
public struct FixedTimeZones: TimeZoneRules {
    public init() {}

    public func secondsFromUTC(in zone: String, atMilliseconds milliseconds: Int64) throws(FrondError) -> Int64 {
        guard let seconds = Self.seconds(of: zone) else {
            throw FrondError(
                .invalidArgument, "time zone '\(zone)' is not known here: UTC, or a distance from it such as +08:00")
        }
        return seconds
    }

    /// The distance that a text such as `+08:00` says, in seconds; nil for any other text.
    public static func seconds(of zone: String) -> Int64? {
        if zone == "UTC" { return 0 }
        let bytes = Array(zone.utf8)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1...2]), let minutes = number(bytes[4...5]),
            hours <= 14, minutes <= 59
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return bytes[0] == UInt8(ascii: "+") ? seconds : -seconds
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        digits.reduce(0) { number, digit in
            guard let number, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            return number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
    }
}
