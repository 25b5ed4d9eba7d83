/// The client's window for the answers of one connection (RFC 9113, section 5.2), in two parts: one that HTTP/2 knows
/// of, and one for answers that are given without it. A value without I/O.
///
/// Together the parts are what the client allows, so nothing is sent beyond it. HTTP/2 never waits while the other part
/// holds something.
struct SharedWindow: Sendable {
    /// The window of every new connection.
    private static let initial = 65_535
    /// HTTP/2 has its part filled up to this before the other gets something.
    private static let enough = 32 << 10
    /// Below this, HTTP/2 gets of the other part.
    private static let low = 16 << 10

    /// The part of HTTP/2; negative in no case that the client allows.
    private(set) var ordinary = initial
    /// The part for answers that are given without HTTP/2.
    private(set) var direct = 0

    /// Shares what the client allows more.
    /// - Returns: the part of HTTP/2, which it has to be told of.
    mutating func add(_ increment: Int) -> Int {
        let part = min(increment, max(0, Self.enough - ordinary))
        ordinary += part
        direct += increment - part
        return part
    }

    /// An answer was given without HTTP/2.
    mutating func answered(_ bytes: Int) { direct -= bytes }

    /// HTTP/2 has sent data.
    mutating func sent(_ bytes: Int) { ordinary -= bytes }

    /// True where HTTP/2 has little left and the other part something.
    var ordinaryIsLow: Bool { ordinary < Self.low && direct > 0 }

    /// Moves something to the part of HTTP/2 where that is low: all of a little, half of much.
    /// - Returns: what HTTP/2 has to be told of; 0 for nothing.
    mutating func lend() -> Int {
        guard ordinaryIsLow else { return 0 }
        let part = min(max(direct / 2, min(direct, Self.enough)), Int(Int32.max) - Self.low)
        ordinary += part
        direct -= part
        return part
    }
}
