/// A day of the Gregorian calendar, in UTC.
struct CalendarDate: Hashable, Sendable, CustomStringConvertible {
    var year: Int64
    var month: Int64
    var day: Int64

    /// The day that holds a moment, in milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// The algorithm is Howard Hinnant's `civil_from_days`: eras of 400 years that begin on the first of March.
    init(milliseconds: Int64) {
        let shifted = Self.flooredQuotient(milliseconds, 86_400_000) + 719_468
        let era = Self.flooredQuotient(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var description: String { "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(day))" }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func flooredQuotient(_ number: Int64, _ divisor: Int64) -> Int64 {
        number >= 0 ? number / divisor : -((-1 - number) / divisor) - 1
    }
}
