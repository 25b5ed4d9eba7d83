/// A source of numbers, each drawn for good and by one caller alone: a database's auto-increment, a guarded counter.
///
/// The port beneath the ticket and the Redis generator. Every call is a round trip, so callers that come at the same
/// time share one: see ``CounterGenerator``. A conforming type may be called by many tasks at the same time, and
/// bounds how long a call takes.
public protocol CounterStore: Sendable {
    /// Draws numbers of a tag; they are ours, durably, when it returns.
    ///
    /// If the outcome is unknown (the reply was lost) it throws, and the numbers count as used: a gap.
    /// - Parameter count: how many are wanted, 1 or more.
    /// - Returns: at least one number and at most `count`, in the order in which they are to be given out.
    /// - Throws: `unknownTag`, `exhausted`, `storeUnavailable`, `storeCorrupt`, `storeWentBack`.
    func draw(_ tag: Tag, count: Int) async throws(FrondError) -> [NumberRun]

    /// Asks for something small that costs no number; returns once the store has answered.
    /// - Throws: `storeUnavailable` where it does not answer.
    func check() async throws(FrondError)

    /// Numbers of this tag are no longer asked for: what is remembered of it may go.
    func forget(_ tag: Tag)
}

extension CounterStore {
    /// For stores that remember nothing.
    public func forget(_ tag: Tag) {}
}
