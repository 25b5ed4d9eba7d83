import NIOCore

/// The back-off of a lost connection: soon at first, then longer, and not all at the same time.
struct ReconnectBackoff: Sendable {
    private static var first: Int64 { 5 }
    private static var longest: Int64 { 200 }

    private var milliseconds = first

    /// - Parameter jitter: 0 to 1, random.
    mutating func next(jitter: Double) -> TimeAmount {
        defer { milliseconds = min(milliseconds * 2, Self.longest) }
        return .microseconds(Int64(Double(milliseconds) * (0.5 + jitter / 2) * 1000))
    }

    /// After an answer other than 200.
    static func afterFailure(jitter: Double) -> TimeAmount {
        .microseconds(Int64(2000 + jitter * 6000))
    }
}
