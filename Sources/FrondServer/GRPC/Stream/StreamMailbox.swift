import Frond
import FrondAPI
import Synchronization

/// The events of a stream, from the tasks that read and serve it to the one that answers: taken all at once, so that
/// what comes together is answered together.
final class StreamMailbox: Sendable {
    enum Event: Sendable {
        case asked(Frond_V1_StreamRequest)
        /// A batch that had to wait is answered.
        case answered(IssueRequest, StreamAnswers)
    }

    private struct State: Sendable {
        var events: [Event] = []
        /// Requests read and not answered, and the IDs they ask for.
        var requests = 0
        var ids = 0
        /// No request comes any more.
        var isFinished = false
        /// It is the server that reads no more.
        var isCutShort = false
        /// The answers are no longer waited for.
        var isAbandoned = false
        var taker: CheckedContinuation<Void, Never>?
        var reader: CheckedContinuation<Void, Never>?

        func isFull(_ limits: StreamLimits) -> Bool { requests >= limits.requests || ids >= limits.ids }
    }

    private let limits: StreamLimits
    private let state = Mutex(State())

    init(limits: StreamLimits) {
        self.limits = limits
    }

    // MARK: Reading

    /// Adds a request; returns when there is room for another.
    func put(_ request: Frond_V1_StreamRequest) async {
        if add(request) { await waitForRoom() }
    }

    /// Adds a request.
    /// - Returns: whether there is no room for another.
    func add(_ request: Frond_V1_StreamRequest) -> Bool {
        let (taker, isFull) = state.withLock { state in
            state.events.append(.asked(request))
            state.requests += 1
            state.ids += request.weight
            return (state.taker.take(), state.isFull(limits))
        }
        taker?.resume()
        return isFull
    }

    private func waitForRoom() async {
        await withCheckedContinuation { reader in
            let hasRoom = state.withLock { state in
                if !state.isFull(limits) || state.isFinished || state.isAbandoned { return true }
                state.reader = reader
                return false
            }
            if hasRoom { reader.resume() }
        }
    }

    /// No request comes any more; those that are there are answered.
    func finish() { end { $0.isFinished = true } }

    /// The server reads no more requests; those that are there are answered.
    func cutShort() {
        end { state in
            state.isCutShort = !state.isFinished
            state.isFinished = true
        }
    }

    /// True if the server has ended the stream before the client did.
    var isCutShort: Bool { state.withLock { $0.isCutShort } }

    /// The answers are no longer waited for.
    func abandon() { end { $0.isAbandoned = true } }

    private func end(_ change: (inout State) -> Void) {
        let (taker, reader) = state.withLock { state in
            change(&state)
            return (state.taker.take(), state.reader.take())
        }
        taker?.resume()
        reader?.resume()
    }

    // MARK: Serving

    /// A batch that had to wait is answered.
    func post(_ source: IssueRequest, _ answers: StreamAnswers) {
        let taker = state.withLock { state in
            state.events.append(.answered(source, answers))
            return state.taker.take()
        }
        taker?.resume()
    }

    // MARK: Answering, by one task

    /// All that has happened; nil where every request is answered and no more come, or the answers are no longer waited
    /// for.
    func take() async -> [Event]? {
        while true {
            let (events, isOver) = state.withLock { state in
                let events = state.events
                state.events = []
                return (events, state.isAbandoned || state.isFinished && state.requests == 0)
            }
            if isOver { return nil }
            if !events.isEmpty { return events }
            await waitForEvent()
        }
    }

    private func waitForEvent() async {
        await withCheckedContinuation { taker in
            let mustWait = state.withLock { state in
                guard state.events.isEmpty, !state.isAbandoned, !state.isFinished || state.requests > 0 else {
                    return false
                }
                state.taker = taker
                return true
            }
            if !mustWait { taker.resume() }
        }
    }

    /// Answers are written.
    /// - Parameter ids: what their requests asked for.
    func answered(requests: Int, ids: Int) {
        let reader = state.withLock { state in
            state.requests -= requests
            state.ids -= ids
            return state.isFull(limits) ? nil : state.reader.take()
        }
        reader?.resume()
    }
}

extension Frond_V1_StreamRequest {
    /// The number of IDs that it asks for, as far as that can be served at all.
    var weight: Int { max(1, Int(count)) }
}
