/// The period after which a tag begins again, with a separate sequence for each day, month or year.
public struct TagPeriod: Hashable, Sendable {
    public enum Unit: String, CaseIterable, Hashable, Sendable {
        case day, month, year

        /// The number of characters of its dates: `20261122`, `202611`, `2026`.
        public var dateLength: Int {
            switch self {
            case .day: 8
            case .month: 6
            case .year: 4
            }
        }
    }

    public var unit: Unit
    /// By whose calendar: `UTC`, `+08:00`, or a name such as `Asia/Shanghai`.
    public var timeZone: String

    public init(_ unit: Unit, timeZone: String = "UTC") {
        self.unit = unit
        self.timeZone = timeZone
    }

    /// The period that a moment lies in, as `{date}` says it.
    /// - Throws: `invalidArgument` for a time zone that is unknown, and for a year that has not four digits.
    public func date(atMilliseconds milliseconds: Int64, by zones: any TimeZoneRules) throws(FrondError) -> String {
        let offset = try zones.secondsFromUTC(in: timeZone, atMilliseconds: milliseconds)
        let date = CalendarDate(milliseconds: milliseconds + offset * 1000)
        guard (1000...9999).contains(date.year) else {
            throw FrondError(.invalidArgument, "the clock says the year \(date.year): set it")
        }
        let digits = "\(date)".filter { $0 != "-" }
        return String(digits.prefix(unit.dateLength))
    }
}
