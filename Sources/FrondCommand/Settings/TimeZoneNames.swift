import Foundation
import Frond

/// Time zones by name, as the machine knows them, beside UTC and fixed distances from it.
struct TimeZoneNames: TimeZoneRules {
    func secondsFromUTC(in zone: String, atMilliseconds milliseconds: Int64) throws(FrondError) -> Int64 {
        if let seconds = FixedTimeZones.seconds(of: zone) { return seconds }
        // Names alone: an abbreviation such as CST is several zones.
        guard zone.contains("/"), let named = TimeZone(identifier: zone) else {
            throw FrondError(
                .invalidArgument,
                "time zone '\(zone)' is not known here; use UTC, +08:00, or a name such as Asia/Shanghai")
        }
        return Int64(named.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1000)))
    }

    /// - Throws: `invalidArgument` for a zone that is unknown.
    func checked(_ zone: String) throws(FrondError) -> String {
        _ = try secondsFromUTC(in: zone, atMilliseconds: 0)
        return zone
    }
}
