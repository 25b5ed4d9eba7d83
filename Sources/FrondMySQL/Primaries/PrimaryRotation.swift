import Frond

/// The choice of the database that is asked next: each in turn, those that fail only now and then.
///
/// A pure state machine.
struct PrimaryRotation: Sendable {
    private var healths: [StoreHealthStateMachine]
    /// Whose turn it is.
    private var turn: Int

    /// - Parameters:
    ///   - count: how many databases, 1 or more.
    ///   - turn: with whom it begins, so that servers do not all begin with the same one.
    init(count: Int, turn: Int = 0) {
        precondition(count >= 1, "a rotation has a database")
        healths = Array(repeating: StoreHealthStateMachine(), count: count)
        self.turn = turn % count
    }

    /// The next to be asked; nil where there is no other that may be.
    /// - Parameter tried: those that this caller has asked already.
    mutating func next(excluding tried: [Int], now: Duration) -> Int? {
        // With one there is no choice, and the caller has bounds of its own.
        guard healths.count > 1 else { return tried.isEmpty ? 0 : nil }
        for offset in 0..<healths.count {
            let index = (turn + offset) % healths.count
            guard !tried.contains(index), case .admitted = healths[index].admit(now: now) else { continue }
            turn = (index + 1) % healths.count
            return index
        }
        return nil
    }

    /// The failures of the databases that are not asked.
    var failures: [FrondError] { healths.compactMap(\.failure) }

    mutating func succeeded(_ index: Int) {
        healths[index].succeeded()
    }

    /// A call that may not have reached the database: its health stays as it is, and a probe is over.
    /// - Parameter jitter: 0 to 1.
    mutating func learnedNothing(_ index: Int, now: Duration, jitter: Double) {
        guard let failure = healths[index].failure else { return }
        healths[index].failed(failure, now: now, jitter: jitter)
    }

    /// - Parameter jitter: 0 to 1.
    mutating func failed(_ index: Int, _ error: FrondError, now: Duration, jitter: Double) {
        healths[index].failed(error, now: now, jitter: jitter)
    }
}
