import Synchronization

/// The bytes that the server keeps for clients, over all connections that have many of them: answers that they have not
/// taken, and requests that are not complete.
///
/// What one client has is bounded by the limits of its connection; what all have together, by this budget. Over it, the
/// connections that have waited longest for their clients are closed, so that others do not notice.
final class OutputBudget: Sendable {
    /// The bytes that may be in hand for slow clients together.
    static let serverBytes = 256 << 20
    /// A connection with fewer bytes of an incomplete request is not counted.
    static let leastInput = 16 << 10

    private let state: Mutex<(machine: OutputBudgetStateMachine, closes: [ObjectIdentifier: @Sendable () -> Void])>

    init(limit: Int = OutputBudget.serverBytes) {
        state = Mutex((OutputBudgetStateMachine(limit: limit), [:]))
    }

    /// Notes the bytes in hand for a client that is slow to take or to send.
    /// - Parameter close: closes the connection; it may be called from any thread.
    func report(_ connection: ObjectIdentifier, bytes: Int, close: @escaping @Sendable () -> Void) {
        let excess = state.withLock { state in
            state.closes[connection] = close
            return state.machine.report(connection, bytes: bytes).compactMap { state.closes.removeValue(forKey: $0) }
        }
        for close in excess { close() }
    }

    /// The client has taken its answers, or the connection is gone.
    func forget(_ connection: ObjectIdentifier) {
        state.withLock { state in
            state.machine.forget(connection)
            state.closes[connection] = nil
        }
    }
}

/// Decides which connections with unread answers are closed.
struct OutputBudgetStateMachine {
    let limit: Int
    private(set) var bytes = 0
    private var connections: [ObjectIdentifier: (bytes: Int, since: UInt64)] = [:]
    private var reports: UInt64 = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: the connections to be closed, the slowest first; they are forgotten.
    mutating func report(_ connection: ObjectIdentifier, bytes count: Int) -> [ObjectIdentifier] {
        let known = connections[connection]
        reports += 1
        bytes += count - (known?.bytes ?? 0)
        connections[connection] = (count, known?.since ?? reports)
        guard bytes > limit else { return [] }
        var closed: [ObjectIdentifier] = []
        for (id, _) in connections.sorted(by: { $0.value.since < $1.value.since }) where bytes > limit {
            forget(id)
            closed.append(id)
        }
        return closed
    }

    mutating func forget(_ connection: ObjectIdentifier) {
        bytes -= connections.removeValue(forKey: connection)?.bytes ?? 0
    }
}
