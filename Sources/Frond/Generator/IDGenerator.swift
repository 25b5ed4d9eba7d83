/// A source of the IDs of one sequence that never issues one twice.
///
/// All generators are interchangeable behind this protocol. Any number of tasks and threads may call one generator
/// at the same time.
public protocol IDGenerator<ID>: Sendable {
    associatedtype ID: Sendable

    /// Returns the next ID without suspension or I/O.
    /// - Returns: nil if the caller would have to wait or would get an error; ``next()`` then tells which.
    func nextIfReady() -> ID?

    /// Returns the next ID, and waits for it within the limit of the generator if necessary.
    func next() async throws(FrondError) -> ID

    /// Returns exactly `count` IDs in increasing order; never fewer.
    /// - Parameter count: 1 to 16,777,216.
    func next(count: Int) async throws(FrondError) -> [ID]
}

/// The most IDs of one call: they are all in memory at once.
package let largestCount = 1 << 24

/// - Throws: `invalidArgument` for a count out of range, which is never clamped silently.
package func checkCount(_ count: Int, upTo largest: Int = largestCount) throws(FrondError) {
    guard (1...largest).contains(count) else {
        throw FrondError(.invalidArgument, "count \(count) is out of range: 1 to \(largest)")
    }
}
