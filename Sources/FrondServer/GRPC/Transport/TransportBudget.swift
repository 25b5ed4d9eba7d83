import NIOCore
import Synchronization

/// The server's part of the budget: what all connections have in hand together.
final class TransportBudget: Sendable {
    let limits: TransportLimits
    /// The server's budget, which counts messages that are not complete or that no handler has taken.
    let connections: ConnectionBudget
    private let answerBytes = Atomic(0)
    private let openCalls = Atomic(0)
    private let gate: Mutex<AnswerGateStateMachine>
    private let wakers = Mutex<[Int: @Sendable () -> Void]>([:])
    private let connectionCount = Atomic(0)

    init(limits: TransportLimits, connections: ConnectionBudget) {
        self.limits = limits
        self.connections = connections
        gate = Mutex(AnswerGateStateMachine(places: limits.largeAnswers))
    }

    // MARK: Bytes

    /// True while clients leave more unread than the server keeps for them.
    var isOver: Bool { answerBytes.load(ordering: .relaxed) > limits.answers }

    func add(_ bytes: Int) { answerBytes.wrappingAdd(bytes, ordering: .relaxed) }

    // MARK: Calls

    /// Counts a call in; false where the server has as many as it takes.
    /// - Parameter isInShare: true where the connection has so few that it may have one more in any case.
    func beginCall(isInShare: Bool) -> Bool {
        let calls = openCalls.wrappingAdd(1, ordering: .relaxed).newValue
        if calls <= limits.calls || isInShare { return true }
        endCall()
        return false
    }

    func endCall() { openCalls.wrappingSubtract(1, ordering: .relaxed) }

    // MARK: Large answers

    /// Numbers a connection.
    /// - Parameter wake: called, on any thread, when the connection may make a large answer.
    func join(wake: @escaping @Sendable () -> Void) -> Int {
        let number = connectionCount.wrappingAdd(1, ordering: .relaxed).newValue
        wakers.withLock { $0[number] = wake }
        return number
    }

    /// Forgets a connection.
    func leave(_ connection: Int) {
        wakers.withLock { $0[connection] = nil }
        wake(gate.withLock { $0.leave(connection) })
    }

    /// Takes a place for a large answer; where there is none the connection is woken in its turn.
    func takePlace(_ connection: Int) -> Bool { gate.withLock { $0.take(connection) } }

    /// Gives a place back.
    func returnPlace() { wake(gate.withLock { $0.returnPlace() }) }

    /// Gives up a turn that the connection was woken for and did not use.
    func passTurn(_ connection: Int) { wake(gate.withLock { $0.pass(connection) }) }

    private func wake(_ connection: Int?) {
        guard let connection else { return }
        let waker = wakers.withLock { $0[connection] }
        waker?()
    }
}
