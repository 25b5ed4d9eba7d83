import NIOCore

/// Decides which connection makes a large answer next: a few at a time, and connections take turns.
struct AnswerGateStateMachine: Sendable {
    private var free: Int
    /// Connections that wait, each once.
    private var queue = CircularBuffer<Int>()
    private var queued: Set<Int> = []
    /// Connections that were woken, each with a place kept for it.
    private var woken: Set<Int> = []

    /// - Parameter places: 1 or more.
    init(places: Int) {
        free = max(1, places)
    }

    /// Takes a place, or puts the connection at the end of the queue.
    mutating func take(_ connection: Int) -> Bool {
        if woken.remove(connection) != nil { return true }
        if free > 0, queue.isEmpty {
            free -= 1
            return true
        }
        if queued.insert(connection).inserted { queue.append(connection) }
        return false
    }

    /// A large answer is made.
    /// - Returns: the connection to wake.
    mutating func returnPlace() -> Int? {
        free += 1
        return next()
    }

    /// A woken connection does not use its turn.
    /// - Returns: the connection to wake in its stead.
    mutating func pass(_ connection: Int) -> Int? {
        guard woken.remove(connection) != nil else { return nil }
        return returnPlace()
    }

    /// A connection has ended.
    /// - Returns: the connection to wake.
    mutating func leave(_ connection: Int) -> Int? {
        if queued.remove(connection) != nil { queue.removeAll { $0 == connection } }
        return pass(connection)
    }

    private mutating func next() -> Int? {
        guard free > 0, let connection = queue.popFirst() else { return nil }
        queued.remove(connection)
        free -= 1
        woken.insert(connection)
        return connection
    }
}
