import NIOCore

/// Decides, for one connection, which requests go on to the ordinary routes, when more is read, and when the connection
/// ends.
///
/// Hot requests that the fast lane answers do not come here. It does no I/O: the caller performs the actions.
struct ConnectionStateMachine {
    /// The word of an answer on the connection.
    enum Persistence: Equatable {
        /// It is kept, as HTTP/1.1 does by default.
        case kept
        /// It is kept, which an HTTP/1.0 client must be told.
        case keptByName
        /// It ends after the answer.
        case last
    }

    /// An order to the caller after an event.
    enum Action {
        case none
        /// All answers are written: end the connection.
        case end
        /// Answer with this problem and end the connection.
        case refuse(Problem)
    }

    /// An order about a part of a request.
    enum Passing: Equatable {
        /// Pass the part on.
        case pass
        /// Keep the part until the request is complete.
        case keep
        /// Keep the part, and tell the client to send the body.
        case keepAndContinue
        /// Drop the part.
        case drop
        /// Drop the request: its body is too large.
        case refuse
        /// Pass on all that is kept, then this part.
        case passAll
    }

    /// The head of a request, as far as it matters here.
    struct Request: Equatable {
        var persistence: Persistence
        /// True where a body may follow.
        var hasBody = false
        /// The length of the body that the head declares.
        var declaredLength: Int?
        /// True where the client waits to be told before it sends the body.
        var waitsToContinue = false
    }

    private enum Phase {
        /// Requests are taken.
        case open
        /// No later request is taken; the connection ends after the answers that are due.
        case closing
        /// Nothing is taken and nothing is answered any more.
        case ended
    }

    private var phase = Phase.open
    /// One for each request whose answer has not ended.
    private var due = CircularBuffer<Persistence>(initialCapacity: 0)
    /// The request that has begun and has not ended; nil between requests.
    private var reading: Request?
    private var bodyLength = 0
    /// The problem to be answered after all that is due.
    private var refusal: Problem?
    /// True once the connection is over its age: the next answer is the last.
    private var isAged = false
    /// True while requests that the fast lane took wait for a counter, or the bytes behind them for the client.
    private(set) var isAwaited = false
    /// True while a counter was asked and has not answered.
    private var isAsking = false
    /// True where the connection is to end once the fast lane has answered.
    private var endIsDue = false
    private var gate = ReadGate()

    /// True while no request is under way and another may come: what the fast lane answers now keeps the order.
    var isQuiet: Bool { phase == .open && reading == nil && due.isEmpty && !isAged }

    /// True once the connection drops further input.
    var hasEnded: Bool { phase == .ended }

    /// True while a whole request waits for its answer: the client is not idle.
    var isAnswering: Bool { isAwaited || due.count > (isPassing ? 1 : 0) }

    /// True while a request was passed on before its end, so that its answer is due already.
    private var isPassing: Bool { reading.map { !$0.hasBody } ?? false }

    // MARK: Requests

    /// - Parameter isLast: true where the server wants no request after this one.
    mutating func requestHead(_ request: Request, isLast: Bool = false) -> Passing {
        guard phase == .open else { return .drop }
        guard (request.declaredLength ?? 0) <= ConnectionLimits.bodyBytes else { return .refuse }
        var request = request
        if isLast || isAged { request.persistence = .last }
        reading = request
        bodyLength = 0
        guard request.hasBody else {
            begin(request)
            return .pass
        }
        return request.waitsToContinue && due.isEmpty ? .keepAndContinue : .keep
    }

    mutating func requestBody(_ length: Int) -> Passing {
        guard let reading else { return .drop }
        guard reading.hasBody else { return .pass }
        bodyLength += length
        return bodyLength > ConnectionLimits.bodyBytes ? .refuse : .keep
    }

    mutating func requestEnd() -> Passing {
        guard let request = reading else { return .drop }
        reading = nil
        guard request.hasBody else { return .pass }
        begin(request)
        return .passAll
    }

    private mutating func begin(_ request: Request) {
        due.append(request.persistence)
        if request.persistence == .last { phase = .closing }
    }

    /// Bytes came that are no request, or a request that is not taken.
    mutating func refuse(_ problem: Problem) -> Action {
        guard phase == .open else { return .none }
        let wasPassing = isPassing
        reading = nil
        phase = .closing
        if wasPassing {
            // The request has gone on and gets its own answer.
            if let last = due.indices.last { due[last] = .last }
            return due.isEmpty ? .end : .none
        }
        guard due.isEmpty else {
            refusal = problem
            return .none
        }
        return .refuse(problem)
    }

    // MARK: Answers

    /// The word on the connection in the head of the answer that is due next.
    var persistence: Persistence { due.first ?? .last }

    mutating func answerEnd() -> Action {
        guard let persistence = due.popFirst(), phase != .ended else { return .none }
        if persistence == .last { return .end }
        guard due.isEmpty, let refusal else { return .none }
        self.refusal = nil
        return .refuse(refusal)
    }

    // MARK: Counters

    mutating func counterAsked() {
        isAwaited = true
        isAsking = true
    }

    mutating func counterAnswered() {
        isAsking = false
    }

    /// Returns true where the bytes behind answered requests may be taken: a client that takes no answers would have
    /// all it asked for written to memory.
    func mayGoOn(isWritable: Bool) -> Bool {
        isAwaited && !isAsking && (isWritable || hasEnded)
    }

    /// All requests that waited are answered.
    mutating func wentOn() -> Action {
        isAwaited = false
        guard endIsDue else { return .none }
        endIsDue = false
        return .end
    }

    // MARK: Reading

    /// A client that sends requests and takes no answers is not read from either.
    /// - Returns: true where more may be read now; else ``takeDueRead(isWritable:)`` tells when.
    mutating func mayRead(isWritable: Bool) -> Bool {
        gate.mayRead(isOpen: hasEnded || (isWritable && !isAwaited))
    }

    /// Returns true once where a read had to wait and may be done now.
    mutating func takeDueRead(isWritable: Bool) -> Bool {
        gate.takeDue(isOpen: hasEnded || (isWritable && !isAwaited))
    }

    // MARK: The end

    /// The connection is over its age.
    mutating func grewOld() {
        isAged = true
    }

    /// Returns true where the connection is over its age and no request is under way.
    var isAgedAndIdle: Bool { isAged && phase == .open && reading == nil && due.isEmpty && !isAwaited }

    /// An order after the wish to close the connection.
    enum Closing: Equatable {
        /// Close it now: there is nothing to wait for.
        case atOnce
        /// End it behind what the client has not taken.
        case afterUnsent
        /// ``wentOn()`` says so once the fast lane has answered.
        case later
    }

    /// The connection is to be closed.
    /// - Parameters:
    ///   - isWhole: false where only the server's side is to be closed, which is an end in any case.
    ///   - isActive: false where the connection is gone already.
    mutating func close(isWhole: Bool, unsentBytes: Int, isActive: Bool) -> Closing {
        if isAwaited, isActive {
            endIsDue = true
            return .later
        }
        return isWhole && unsentBytes == 0 ? .atOnce : .afterUnsent
    }

    /// The connection is being ended.
    mutating func end() {
        phase = .ended
        reading = nil
    }
}
