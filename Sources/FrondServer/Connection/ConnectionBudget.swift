import NIOCore
import Synchronization

/// The bytes that the server keeps for clients, over all connections that have many of them: answers that they have not
/// taken, and requests that are not complete.
///
/// What one client has is bounded by the limits of its connection; what all have together, by this budget. Over it, the
/// connections that have waited longest for their clients are closed, so that others do not notice.
final class ConnectionBudget: Sendable {
    /// The bytes that may be in hand for slow clients together.
    static let serverBytes = 256 << 20
    /// A connection with fewer bytes of an incomplete request is not counted.
    static let leastInput = 16 << 10

    private let state: Mutex<(machine: ConnectionBudgetStateMachine, closes: [ObjectIdentifier: @Sendable () -> Void])>

    init(limit: Int = ConnectionBudget.serverBytes) {
        state = Mutex((ConnectionBudgetStateMachine(limit: limit), [:]))
    }

    /// Counts what is in hand for the client of a connection; called on its event loop.
    /// - Parameters:
    ///   - unread: the bytes of answers that are not sent; nil while the client takes them.
    ///   - incomplete: the bytes of requests that are not complete, which count where they are more than
    ///     ``leastInput``.
    /// - Returns: true where the connection is counted, so that it has to say when that ends.
    func count(_ handler: AnyObject, _ context: ChannelHandlerContext, unread: Int?, incomplete: Int) -> Bool {
        let id = ObjectIdentifier(handler)
        let input = incomplete > Self.leastInput ? incomplete : 0
        guard context.channel.isActive, unread != nil || input > 0 else {
            forget(id)
            return false
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        report(id, bytes: (unread ?? 0) + input) {
            loop.execute { bound.value.close(promise: nil) }
        }
        return true
    }

    /// Notes the bytes in hand for a client that is slow to take or to send.
    /// - Parameter close: closes the connection; it may be called from any thread.
    private func report(_ connection: ObjectIdentifier, bytes: Int, close: @escaping @Sendable () -> Void) {
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
struct ConnectionBudgetStateMachine {
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
