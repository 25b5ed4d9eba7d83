/// Decides, for one connection of a Redis client, when its next request is taken, when more is read, and when the
/// connection ends.
///
/// It does no I/O: the caller performs the actions.
struct RESPConnectionStateMachine {
    /// An order to the caller after an event.
    enum Action: Equatable {
        case none
        /// All answers are written: end the connection.
        case end
    }

    private enum Phase {
        case open
        /// Nothing is taken and nothing is answered any more.
        case ended
    }

    private var phase = Phase.open
    /// True while a request waits for its IDs: later ones wait behind it, so that answers keep the order.
    private(set) var isAwaited = false
    /// True once the client sends no more.
    private var isInputClosed = false
    /// True once the server ends.
    private var isDraining = false
    private var gate = ReadGate()

    /// True once the connection drops further input.
    var hasEnded: Bool { phase == .ended }

    /// True where the next request may be taken, if the client takes answers.
    var mayTake: Bool { phase == .open && !isAwaited }

    // MARK: Requests

    /// A request waits for its IDs.
    mutating func asked() {
        isAwaited = true
    }

    /// The request that waited is answered.
    mutating func answered() {
        isAwaited = false
    }

    /// Every whole request is answered.
    func caughtUp() -> Action {
        mayTake && (isInputClosed || isDraining) ? .end : .none
    }

    /// The client sends no more, and may still take answers.
    mutating func inputClosed() {
        isInputClosed = true
    }

    /// The server ends: the requests that were read are the last.
    mutating func drain() {
        isDraining = true
    }

    /// The connection is being ended.
    mutating func end() {
        phase = .ended
    }

    // MARK: Reading

    /// A client that waits for an answer, or takes none, is not read from.
    /// - Returns: true where more may be read now; else ``takeDueRead(isWritable:)`` tells when.
    mutating func mayRead(isWritable: Bool) -> Bool {
        gate.mayRead(isOpen: hasEnded || (isWritable && !isAwaited))
    }

    /// Returns true once where a read had to wait and may be done now.
    mutating func takeDueRead(isWritable: Bool) -> Bool {
        gate.takeDue(isOpen: hasEnded || (isWritable && !isAwaited))
    }
}
