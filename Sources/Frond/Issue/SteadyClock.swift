/// The wall clock for choosing a period: small corrections do not take it back.
///
/// Whatever it says, no ID repeats: each period has a sequence of its own. It keeps a server whose clock is corrected
/// at midnight from going back and forth between two days.
package struct SteadyClock: Sendable {
    /// A correction back of up to so many milliseconds is waited out at the latest time seen; one of more is followed.
    package static let patienceMilliseconds: Int64 = 60_000

    private var latest: Int64?

    package init() {}

    /// The time by which a request that comes now chooses its period: milliseconds since 1970-01-01T00:00:00Z.
    package mutating func read(wallMilliseconds now: Int64) -> Int64 {
        if let latest, now < latest {
            // Two of them may lie further apart than a number can say.
            let (back, overflows) = latest.subtractingReportingOverflow(now)
            if !overflows, back <= Self.patienceMilliseconds { return latest }
        }
        latest = now
        return now
    }
}
