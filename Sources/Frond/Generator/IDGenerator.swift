/// Hands out the IDs of one sequence, never one of them twice.
///
/// All generators are interchangeable behind this protocol. Any number of tasks and threads may call one generator
/// at the same time.
public protocol IDGenerator<ID>: Sendable {
    associatedtype ID: Sendable

    /// The next ID, if it can be had at once: no suspension, no I/O.
    /// - Returns: nil where the caller would have to wait or would get an error; ``next()`` then says which.
    func nextIfReady() -> ID?

    /// The next ID; waits for it, within the generator's bound, where it has to.
    func next() async throws(FrondError) -> ID

    /// Exactly `count` IDs in increasing order, or an error; never fewer.
    /// - Parameter count: 1 to 16,777,216.
    func next(count: Int) async throws(FrondError) -> [ID]
}

/// The most IDs of one call: they are all in memory at once.
private let largestCount = 1 << 24

func checkCount(_ count: Int) throws(FrondError) {
    guard (1...largestCount).contains(count) else {
        throw FrondError(.invalidArgument, "count \(count) is out of range: 1 to \(largestCount)")
    }
}
