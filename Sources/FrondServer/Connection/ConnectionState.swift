import NIOCore

/// Decides, for one connection, which requests go on to the ordinary routes and when the connection ends.
///
/// Hot requests that the fast lane answers never come here. It does no I/O: the caller does what it is told.
struct ConnectionState {
    /// What the answer to a request says of the connection.
    enum Persistence: Equatable {
        /// It is kept, as HTTP/1.1 does by default.
        case kept
        /// It is kept, which an HTTP/1.0 client must be told.
        case keptByName
        /// It ends after the answer.
        case last
    }

    /// What is to be done after an event.
    enum Action {
        case none
        /// All answers are written: end the connection.
        case end
        /// Answer with this problem and end the connection.
        case refuse(Problem)
    }

    private enum Phase {
        /// Requests are taken.
        case open
        /// No later request is taken; the connection ends after the answers that are due.
        case closing
        /// Nothing is taken and nothing is answered any more.
        case ended
    }

    /// A request body beyond so many bytes is not read: no route wants one.
    static let bodyLimit = 64 << 10

    private var phase = Phase.open
    /// One for each request whose answer has not ended.
    private var due = CircularBuffer<Persistence>(initialCapacity: 0)
    /// Whether a request has begun that has not ended.
    private var isReading = false
    private var bodyLength = 0
    /// To be answered after all that is due.
    private var refusal: Problem?

    /// Whether no request is under way and another may come: what the fast lane answers now keeps the order.
    var isQuiet: Bool { phase == .open && !isReading && due.isEmpty }

    /// Whether whatever else comes is dropped.
    var hasEnded: Bool { phase == .ended }

    /// Whether a whole request waits for its answer: it is not the client who does nothing.
    var isAnswering: Bool { due.count > (isReading ? 1 : 0) }

    // MARK: Requests

    /// - Returns: whether the head is to be passed on.
    mutating func requestHead(_ persistence: Persistence) -> Bool {
        guard phase == .open else { return false }
        isReading = true
        bodyLength = 0
        due.append(persistence)
        if persistence == .last { phase = .closing }
        return true
    }

    /// - Returns: whether the bytes are to be passed on.
    mutating func requestBody(_ length: Int) -> Bool {
        guard isReading else { return false }
        bodyLength += length
        guard bodyLength > Self.bodyLimit else { return true }
        abandonRequest()
        return false
    }

    /// - Returns: whether the end is to be passed on.
    mutating func requestEnd() -> Bool {
        defer { isReading = false }
        return isReading
    }

    /// Something came that is no request, or one that is not taken.
    mutating func refuse(_ problem: Problem) -> Action {
        guard phase == .open else { return .none }
        guard !isReading else {
            // The request it belongs to has gone on and gets its own answer.
            abandonRequest()
            return due.isEmpty ? .end : .none
        }
        phase = .closing
        guard due.isEmpty else {
            refusal = problem
            return .none
        }
        return .refuse(problem)
    }

    /// The rest of the request is not read, so the connection cannot be kept.
    private mutating func abandonRequest() {
        isReading = false
        phase = .closing
        if let last = due.indices.last { due[last] = .last }
    }

    // MARK: Answers

    /// What the head of the answer that is due next says.
    var persistence: Persistence { due.first ?? .last }

    mutating func answerEnd() -> Action {
        guard let persistence = due.popFirst(), phase != .ended else { return .none }
        if persistence == .last { return .end }
        guard due.isEmpty, let refusal else { return .none }
        self.refusal = nil
        return .refuse(refusal)
    }

    /// The connection is being ended.
    mutating func end() {
        phase = .ended
        isReading = false
    }
}
