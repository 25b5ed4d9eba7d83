import Foundation
import Frond

/// The end of a token: a day, with which it ends, or a moment.
struct ExpiryTime {
    /// Milliseconds since 1970.
    let milliseconds: Int64

    /// Reads `2027-01-31`, the end of that day in UTC, or `2027-01-31T12:00:00Z`.
    init?(_ text: String) {
        let day = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        if let date = try? day.parse(text), text.count == 10 {
            milliseconds = Int64(date.timeIntervalSince1970 * 1000) + 24 * 3600 * 1000
        } else if let date = try? Date.ISO8601FormatStyle().parse(text) {
            milliseconds = Int64(date.timeIntervalSince1970 * 1000)
        } else {
            return nil
        }
    }

    /// The moment as the tokens file has it.
    static func text(ofMilliseconds milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
    }
}
