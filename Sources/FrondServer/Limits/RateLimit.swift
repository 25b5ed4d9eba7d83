public import Frond

/// A limit on requests or IDs: a rate, and how much may come at once.
///
/// Written `100000/s`, `5000 ids/s`, `100/s burst 500`.
public struct RateLimit: Hashable, Sendable, CustomStringConvertible {
    /// The thing that is counted.
    public enum Unit: String, Hashable, Sendable, CaseIterable {
        case requests, ids
    }

    /// The greatest rate and burst: beyond that the arithmetic of ``TokenBucket`` would be coarse.
    private static let largest: Int64 = 100_000_000

    /// The number that is allowed a second, in the long run.
    public let perSecond: Int64
    /// The number that is allowed at once.
    public let burst: Int64
    public let unit: Unit

    /// Creates a limit.
    /// - Parameter burst: nil for what a second allows.
    /// - Throws: `invalidArgument` for numbers out of range: 1 to 100,000,000.
    public init(perSecond: Int64, burst: Int64? = nil, unit: Unit = .requests) throws(FrondError) {
        let burst = burst ?? perSecond
        for (name, number) in [("rate", perSecond), ("burst", burst)] where !(1...Self.largest).contains(number) {
            throw FrondError(.invalidArgument, "the \(name) \(number) is out of range: 1 to \(Self.largest)")
        }
        self.perSecond = perSecond
        self.burst = burst
        self.unit = unit
    }

    /// Reads a limit.
    /// - Throws: `invalidArgument`, naming the text and the form.
    public init(_ text: String) throws(FrondError) {
        let words = text.split(separator: " ").flatMap { $0.split(separator: "/", omittingEmptySubsequences: false) }
        var rest = words[...]
        var unit = Unit.requests
        let number = rest.popFirst().flatMap { Int64($0) }
        if let word = rest.first, let named = Unit(rawValue: String(word)) {
            unit = named
            rest.removeFirst()
        }
        let isPerSecond = rest.popFirst() == "s"
        var burst: Int64?
        if rest.first == "burst", rest.count == 2 {
            burst = Int64(rest.removeLast())
            rest.removeLast()
            if burst == nil { rest = ["burst"] }
        }
        guard let number, isPerSecond, rest.isEmpty else {
            throw FrondError(
                .invalidArgument,
                "'\(text.printable(limit: 100))' is not a limit such as 1000/s, '5000 ids/s' or '1000/s burst 5000'")
        }
        try self.init(perSecond: number, burst: burst, unit: unit)
    }

    public var description: String { "\(perSecond) \(unit.rawValue)/s, at most \(burst) at once" }

    /// The number of units that a request for IDs costs.
    func cost(ofIDs count: Int) -> Int64 { unit == .requests ? 1 : Int64(count) }
}
