import GRPCCore
import NIOCore

/// The exchange of one call between its handler and its connection.
///
/// The connection puts in messages and takes out answers; the handler does the opposite, from a task of its own. A side
/// that has to wait leaves a waiter, which the actions name once it is to go on.
struct CallStateMachine<Waiter: Sendable>: Sendable {
    typealias Request = RPCRequestPart<MessageBytes>
    typealias Response = RPCResponsePart<MessageBytes>

    private enum Input {
        case open
        case ended
        case failed(RPCError)
    }

    /// The answer to a handler that wants the next part.
    enum TakeAction {
        /// - Parameter hasRoom: true where the connection holds messages back that fit now.
        case part(Request, hasRoom: Bool)
        case end
        case fail(RPCError)
        case wait
    }

    /// The answer to a handler that writes.
    enum WriteAction: Equatable {
        /// The connection is to fetch what was written.
        case schedule
        /// It does so already.
        case nothing
        /// The call is over.
        case fail
    }

    private let unsentLimit: Int
    private let inboxLimit: Int
    private var inbox = CircularBuffer<Request>()
    private var input = Input.open
    private var isHoldingBack = false
    private var reader: Waiter?
    private var outbox: [Response] = []
    private var outboxBytes = 0
    private var unsentBytes = 0
    private var writers: [Waiter] = []
    private var isFlushDue = false
    private var isOutputEnded = false
    private(set) var isOver = false

    /// - Parameters:
    ///   - unsentLimit: bytes that are written and not sent before the handler waits.
    ///   - inboxLimit: messages that the handler has not taken before the connection holds others back.
    init(unsentLimit: Int, inboxLimit: Int) {
        self.unsentLimit = unsentLimit
        self.inboxLimit = inboxLimit
    }

    // MARK: Events of the connection

    /// False where the connection is to keep messages; the action of a later ``take()`` says when they fit.
    mutating func hasRoom() -> Bool {
        if inbox.count < inboxLimit { return true }
        isHoldingBack = true
        return false
    }

    /// A part has come.
    /// - Returns: the waiter to go on.
    mutating func receive(_ part: Request) -> Waiter? {
        guard !isOver else { return nil }
        inbox.append(part)
        return reader.take()
    }

    /// The client has ended its side.
    mutating func receiveEnd() -> Waiter? {
        guard case .open = input else { return nil }
        input = .ended
        return reader.take()
    }

    /// Takes all that was written.
    mutating func flush() -> [Response] {
        isFlushDue = false
        unsentBytes += outboxBytes
        outboxBytes = 0
        defer { outbox = [] }
        return outbox
    }

    /// The client's side of the network has taken bytes of answers.
    /// - Returns: the waiters to go on.
    mutating func sent(_ bytes: Int) -> [Waiter] {
        unsentBytes -= bytes
        guard outboxBytes + unsentBytes <= unsentLimit / 2 else { return [] }
        defer { writers = [] }
        return writers
    }

    /// The call is over, whatever its handler does.
    /// - Returns: the waiters to go on.
    mutating func end(_ error: RPCError) -> [Waiter] {
        guard !isOver else { return [] }
        isOver = true
        if case .open = input { input = .failed(error) }
        inbox = CircularBuffer()
        outbox = []
        outboxBytes = 0
        let waiters = writers + [reader.take()].compactMap { $0 }
        writers = []
        return waiters
    }

    // MARK: Events of the handler

    mutating func take() -> TakeAction {
        if let part = inbox.popFirst() {
            guard isHoldingBack, inbox.count <= inboxLimit / 2 else { return .part(part, hasRoom: false) }
            isHoldingBack = false
            return .part(part, hasRoom: true)
        }
        switch input {
        case .open: return .wait
        case .ended: return .end
        case .failed(let error): return .fail(error)
        }
    }

    /// Leaves a waiter for the next part; false where there is something to take already.
    mutating func wait(reader waiter: Waiter) -> Bool {
        guard inbox.isEmpty, case .open = input else { return false }
        reader = waiter
        return true
    }

    /// The handler's task was cancelled: it waits for no part.
    /// - Returns: the waiter to go on.
    mutating func stopWaiting() -> Waiter? { reader.take() }

    mutating func write(_ part: Response) -> WriteAction {
        guard !isOver, !isOutputEnded else { return .fail }
        switch part {
        case .message(let message): outboxBytes += message.count + MessageDeframer.prefixLength
        case .status: isOutputEnded = true
        case .metadata: break
        }
        outbox.append(part)
        defer { isFlushDue = true }
        return isFlushDue ? .nothing : .schedule
    }

    /// True where the handler is to wait before it writes more.
    var mustWaitToWrite: Bool { !isOver && outboxBytes + unsentBytes > unsentLimit }

    /// Leaves a waiter for room; false where there is some already.
    mutating func wait(writer waiter: Waiter) -> Bool {
        guard mustWaitToWrite else { return false }
        writers.append(waiter)
        return true
    }
}
